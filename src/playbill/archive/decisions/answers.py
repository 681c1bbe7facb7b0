"""Who a track is and which cluster it is in: machine rows and what people said, put together.

The first that applies gives the person: what was said of the track itself, or of one that shows
the same faces in another run; the name of its cluster, or of such a track's cluster; the machine's
match. A person that was rejected is not the answer, whoever else says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.decisions.lineage import Answer, Lineage, TrackRow, lineage_of
from playbill.archive.decisions.log import counting
from playbill.archive.tables import clusters, decision_tracks, decisions, people

MIN_SCORE = 0.5
"""The machine's match counts from here on (see `recognition`)."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One decision about one track, as far as it concerns answers."""

    seq: int
    kind: str
    person_id: str | None
    cluster_id: str | None
    """Of `separate`: the new one."""
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Direct:
    """What was said of a track itself."""

    decided: bool
    person_id: str | None
    rejected: frozenset[str]


class Knowledge:
    """All that the answers for some tracks rest on, read once."""

    def __init__(self, tx: Connection, track_ids: Collection[int]) -> None:
        self.lineage: Lineage = lineage_of(tx, track_ids)
        self._said, self._split_at = _said_of(tx, self.lineage.rows)
        rows = self.lineage.rows.values()
        cluster_ids = {row.machine_cluster_id for row in rows}
        cluster_ids |= {said.cluster_id for some in self._said.values() for said in some}
        self._clusters = _clusters(tx, {one for one in cluster_ids if one is not None})
        person_ids = {row.machine_person_id for row in rows}
        person_ids |= {said.person_id for some in self._said.values() for said in some}
        self._people = known_people(tx, {one for one in person_ids if one is not None})

    def answers(self) -> dict[int, Answer]:
        """Of all tracks that were asked for; see `answer`."""
        return {track: self.answer(track) for track in self.lineage.asked}

    def answer(self, track_id: int) -> Answer:
        """Who it is; two in one frame may both be told to be the same one by the machine."""
        track = self.lineage.rows[track_id]
        cluster = self._cluster(track)
        direct = self._direct(track)
        if direct.decided:
            person = self._people.now(direct.person_id)
            erased = person is None and direct.person_id is not None
            return Answer(person, cluster, verified=not erased)
        for named in (track, *self.lineage.relatives(track)):
            name = self._name(self._cluster(named))
            if name is not None and name not in direct.rejected:
                return Answer(name, cluster, verified=True)
        matched = track.machine_person_id
        if matched is None or (track.machine_score or 0.0) < MIN_SCORE:
            return Answer(None, cluster, verified=False)
        if self._people.one(matched) in direct.rejected:
            return Answer(None, cluster, verified=False)
        return Answer(self._people.now(matched), cluster, verified=False)

    def _direct(self, track: TrackRow) -> _Direct:
        decided, person, rejected = False, None, self._rejected(track)
        for said in self._of(self.lineage.heard(track)):
            if said.kind == "assign":
                decided, person = True, said.person_id
            elif said.kind == "reject" and person in said.details["people"]:
                decided, person = False, None
        return _Direct(decided, person, rejected)

    def _rejected(self, track: TrackRow) -> frozenset[str]:
        """Whom it is not, by who they are now.

        Split faces, in later runs too, are not whom the whole was said not to be while they were
        in it; what was said of the rest since is not about them.
        """
        said = self._of(self.lineage.heard(track))
        for kin in (track, *self.lineage.relatives(track)):
            origins = self.lineage.origins(kin)
            for part, whole in zip((kin, *origins), origins, strict=False):
                of_whole = self._of(self.lineage.heard(whole))
                said += [one for one in of_whole if one.seq < self._split_at[part.id]]
        rejects = (one.person_id for one in said if one.kind == "reject" and one.person_id)
        return frozenset(map(self._people.one, rejects))

    def _cluster(self, track: TrackRow) -> str | None:
        said = [one for one in self._of(self.lineage.heard(track)) if one.kind == "separate"]
        if said:
            return self._clusters.one(said[-1].cluster_id)
        for placed in (track, *self.lineage.relatives(track)):
            if placed.machine_cluster_id is not None:
                return self._clusters.one(placed.machine_cluster_id)
        return None

    def _name(self, cluster_id: str | None) -> str | None:
        return None if cluster_id is None else self._clusters.names.get(cluster_id)

    def _of(self, track_ids: Iterable[int]) -> list[_Said]:
        if not self._said:
            return []
        said = {one.seq: one for track in track_ids for one in self._said.get(track, ())}
        return [said[seq] for seq in sorted(said)]


@dataclass(frozen=True, slots=True)
class People:
    """Who people are one with today, and whether they may still be named."""

    merged: dict[str, str]
    forgotten: frozenset[str]

    def one(self, person_id: str) -> str:
        """Whom this id stands for."""
        return self.merged.get(person_id, person_id)

    def now(self, person_id: str | None) -> str | None:
        """The same; None: nobody, or somebody forgotten."""
        if person_id is None or self.one(person_id) in self.forgotten:
            return None
        return self.one(person_id)


def known_people(tx: Connection, person_ids: Collection[str]) -> People:
    """The rows of people that these ids stand for."""
    merged: dict[str, str] = {}
    forgotten: set[str] = set()
    row = people.c
    sought = select(row.id, row.merged_into, row.forgotten_at)
    for person_id, into, forgotten_at in tx.execute(sought.where(among(row.id, person_ids))):
        if into is not None:
            merged[person_id] = into
        if forgotten_at is not None:
            forgotten.add(into or person_id)
    return People(merged, frozenset(forgotten))


@dataclass(frozen=True, slots=True)
class _Clusters:
    merged: dict[str, str]
    names: dict[str, str]
    """By surviving cluster: who people say it is."""

    def one(self, cluster_id: str | None) -> str | None:
        return None if cluster_id is None else self.merged.get(cluster_id, cluster_id)


def _clusters(tx: Connection, cluster_ids: Collection[str]) -> _Clusters:
    merged: dict[str, str] = {}
    names: dict[str, str] = {}
    row = clusters.c
    sought = select(row.id, row.merged_into, row.person_id)
    for cluster_id, into, person_id in tx.execute(sought.where(among(row.id, cluster_ids))):
        if into is not None:
            merged[cluster_id] = into
        if person_id is not None:
            names[into or cluster_id] = person_id
    return _Clusters(merged, names)


def _said_of(
    tx: Connection, track_ids: Collection[int]
) -> tuple[dict[int, list[_Said]], dict[int, int]]:
    """Of each track, the decisions that count, oldest first; of each split one, when it was."""
    row = decisions.c
    sought = (
        select(
            decision_tracks.c.track_id,
            row.seq,
            row.kind,
            row.person_id,
            row.other_cluster_id,
            row.details,
        )
        .join(decisions, row.seq == decision_tracks.c.seq)
        .where(among(decision_tracks.c.track_id, track_ids))
        .where(row.kind.in_(("assign", "reject", "separate", "split")))
    )
    found = [(track, _Said(*said)) for track, *said in tx.execute(sought)]
    split_at = {said.details["track"]: said.seq for _, said in found if said.kind == "split"}
    counted = counting(tx, {said.seq for _, said in found})
    said_of: dict[int, list[_Said]] = defaultdict(list)
    for track, said in sorted(found, key=lambda pair: pair[1].seq):
        if said.seq in counted:
            said_of[track].append(said)
    return said_of, split_at
