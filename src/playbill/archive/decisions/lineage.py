"""Which tracks share what was said: those of other runs that show the same faces, and split ones.

`tracks.same_as` is the first track of its kind, so tracks of one root are a family. What a person
said of one holds for its relatives in other runs, and not for those in its own run, which are
other stretches of the same person at best.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from playbill.archive.among import among
from playbill.archive.tables import decision_tracks, decisions, tracks


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a track is, and where."""

    person_id: str | None
    cluster_id: str | None
    verified: bool
    """Whether it was a person's decision that said so."""


@dataclass(frozen=True, slots=True)
class TrackRow:
    """What the machine said of a track, and what is shown of it now."""

    id: int
    run_id: str
    root: int
    """The first track of its family: itself, if it is the first."""
    split_from: int | None
    machine_cluster_id: str | None
    machine_person_id: str | None
    machine_score: float | None
    person_id: str | None
    cluster_id: str | None
    verified: bool

    @property
    def shown(self) -> Answer:
        """What is shown of it."""
        return Answer(self.person_id, self.cluster_id, self.verified)


@dataclass(frozen=True, slots=True)
class Lineage:
    """Tracks by id, with all their relatives, and those they were split from."""

    asked: dict[int, TrackRow]
    """Those that were asked for, as far as there are any."""
    rows: dict[int, TrackRow]
    families: dict[int, list[TrackRow]]
    """By root; the newest track first."""

    def relatives(self, track: TrackRow) -> list[TrackRow]:
        """The tracks of other runs that show the same faces, the newest first."""
        return [one for one in self.families[track.root] if one.run_id != track.run_id]

    def heard(self, track: TrackRow) -> list[int]:
        """The tracks whose decisions hold for this one too, itself first."""
        return [track.id, *(one.id for one in self.relatives(track))]

    def origins(self, track: TrackRow) -> list[TrackRow]:
        """The tracks that this one was split from, the nearest first."""
        found: list[TrackRow] = []
        while track.split_from is not None and track.split_from in self.rows:
            track = self.rows[track.split_from]
            found.append(track)
        return found


def lineage_of(tx: Connection, track_ids: Collection[int]) -> Lineage:
    """These tracks, their families, and the same of those they were split from."""
    rows: dict[int, TrackRow] = {}
    wave = set(track_ids)
    while wave:
        for row in tx.execute(_ROWS.where(among(tracks.c.id, wave))):
            rows[row.id] = TrackRow(*row)
        known = [rows[track] for track in wave if track in rows]
        roots = {row.root for row in known}
        for row in tx.execute(_ROWS.where(among(tracks.c.same_as, roots))):
            rows[row.id] = TrackRow(*row)
        wave = roots | {row.split_from for row in known if row.split_from is not None}
        wave -= rows.keys()
    families: dict[int, list[TrackRow]] = defaultdict(list)
    for track in sorted(rows.values(), key=lambda row: -row.id):
        families[track.root].append(track)
    asked = {track: rows[track] for track in track_ids if track in rows}
    return Lineage(asked, rows, families)


def concerned(tx: Connection, track_ids: Collection[int]) -> set[int]:
    """These tracks and all for which their decisions hold too."""
    found: set[int] = set()
    wave = set(track_ids)
    while wave:
        found |= wave
        root = func.coalesce(tracks.c.same_as, tracks.c.id)
        roots = set(tx.execute(select(root).where(among(tracks.c.id, wave))).scalars())
        later = select(tracks.c.id).where(among(tracks.c.same_as, roots))
        family = wave | roots | set(tx.execute(later).scalars())
        wave = (family | _split_off(tx, family)) - found
    return found


def _split_off(tx: Connection, track_ids: Collection[int]) -> set[int]:
    """The tracks that people took out of these, whether that still counts or not."""
    splits = (
        select(decisions.c.details)
        .join(decision_tracks, decision_tracks.c.seq == decisions.c.seq)
        .where(decisions.c.kind == "split", among(decision_tracks.c.track_id, track_ids))
    )
    return {details["track"] for details in tx.execute(splits).scalars()}


_ROWS: Select[Any] = select(
    tracks.c.id,
    tracks.c.run_id,
    func.coalesce(tracks.c.same_as, tracks.c.id),
    tracks.c.split_from,
    tracks.c.machine_cluster_id,
    tracks.c.machine_person_id,
    tracks.c.machine_score,
    tracks.c.person_id,
    tracks.c.cluster_id,
    tracks.c.verified,
)
