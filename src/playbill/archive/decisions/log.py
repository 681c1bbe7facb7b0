"""The log of what people decided: rows that are only added, and which of them count."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from playbill.archive import audit
from playbill.archive.among import among
from playbill.archive.paging import Page, key_of, page_limit, paged
from playbill.archive.tables import decision_tracks, decisions
from playbill.errors import NotInArchive

Kind = Literal[
    "name_cluster",
    "assign",
    "reject",
    "split",
    "separate",
    "merge_clusters",
    "merge_people",
    "rename",
    "hide",
    "promote",
    "forget",
    "undo",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a decision is about, by id; what it has nothing to do with is None."""

    person_id: str | None = None
    other_person_id: str | None = None
    """The survivor of a merge."""
    cluster_id: str | None = None
    other_cluster_id: str | None = None
    """The survivor of a merge; the new cluster that tracks were put into."""
    media_id: str | None = None
    run_id: str | None = None
    target_seq: int | None = None
    """Of an undo: the decision that no longer counts."""
    tracks: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the log."""

    seq: int
    at: datetime
    who: str
    kind: Kind
    about: Subjects
    """Without its tracks, which are many: `tracks_of` has them."""
    details: dict[str, Any]
    """What only this kind has: a rename's `name`, a split's `faces` and `track`."""


def append(
    tx: Connection,
    who: str,
    kind: Kind,
    about: Subjects,
    details: dict[str, Any] | None = None,
) -> int:
    """Write a decision down, and its ids (no name) in the audit log; its number.

    The caller has waited with `audit.in_turn` before it looked at what it decides about.
    """
    row = {name: getattr(about, name) for name in _COLUMNS}
    new = insert(decisions).values(
        **row, at=datetime.now(UTC), who=who, kind=kind, details=details or {}
    )
    seq = int(tx.execute(new.returning(decisions.c.seq)).scalar_one())
    tracks = sorted(set(about.tracks))
    if tracks:
        rows = [{"seq": seq, "track_id": track} for track in tracks]
        tx.execute(insert(decision_tracks), rows)
    said = {name: value for name, value in row.items() if value is not None}
    audit.record(tx, who, f"decide.{kind}", _subject(about), seq=seq, tracks=len(tracks), **said)
    return seq


def effective(tx: Connection, *conditions: ColumnElement[bool]) -> list[Decision]:
    """The decisions that meet all conditions and count, oldest first."""
    found = select(decisions).where(*conditions).order_by(decisions.c.seq)
    rows = [_decision(row) for row in tx.execute(found)]
    counted = counting(tx, [row.seq for row in rows])
    return [row for row in rows if row.seq in counted]


def counting(tx: Connection, seqs: Collection[int]) -> set[int]:
    """Those of these decisions that count: no undo of them does, which may be undone itself."""
    undos: dict[int, list[int]] = {}
    wave = list(seqs)
    while wave:
        sought = select(decisions.c.seq, decisions.c.target_seq)
        found = tx.execute(sought.where(among(decisions.c.target_seq, wave))).all()
        for undo, target in found:
            undos.setdefault(target, []).append(undo)
        wave = [undo for undo, _ in found]
    counts: dict[int, bool] = {}
    for seq in sorted({*seqs, *(undo for some in undos.values() for undo in some)}, reverse=True):
        counts[seq] = not any(counts[undo] for undo in undos.get(seq, ()))
    return {seq for seq in seqs if counts[seq]}


def get_decision(tx: Connection, seq: int) -> Decision:
    """The decision of this number.

    Raises:
        NotInArchive: there is none.
    """
    row = None
    if 0 < seq < 2**63:
        row = tx.execute(select(decisions).where(decisions.c.seq == seq)).first()
    if row is None:
        raise NotInArchive(f"decision {seq}: there is no decision of this number in the archive")
    return _decision(row)


def tracks_of(tx: Connection, seqs: Iterable[int]) -> list[int]:
    """The tracks that these decisions name one by one, sorted."""
    named = select(decision_tracks.c.track_id).where(among(decision_tracks.c.seq, list(seqs)))
    return sorted(set(tx.execute(named).scalars()))


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A decision as the log shows it."""

    decision: Decision
    counts: bool
    """False: it is undone."""
    tracks: int
    """How many it names one by one."""
    first_track: int | None
    """The first of these."""


def list_decisions(
    tx: Connection,
    *,
    person_id: str | None = None,
    cluster_id: str | None = None,
    media_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[LogEntry]:
    """Decisions, the newest first, of everything or of one person, cluster or medium.

    Raises:
        ArchiveError: the cursor or the limit is none.
    """
    row = decisions.c
    found = select(decisions).order_by(row.seq.desc()).limit(page_limit(limit) + 1)
    if person_id is not None:
        found = found.where((row.person_id == person_id) | (row.other_person_id == person_id))
    if cluster_id is not None:
        found = found.where((row.cluster_id == cluster_id) | (row.other_cluster_id == cluster_id))
    if media_id is not None:
        found = found.where(row.media_id == media_id)
    if after is not None:
        found = found.where(row.seq < key_of(after, int)[0])
    listed = [_decision(one) for one in tx.execute(found)]
    counted = counting(tx, [one.seq for one in listed])
    track = decision_tracks.c.track_id
    named = select(decision_tracks.c.seq, func.count(), func.min(track))
    named = named.where(among(decision_tracks.c.seq, [one.seq for one in listed]))
    tracks = {
        seq: (n, first) for seq, n, first in tx.execute(named.group_by(decision_tracks.c.seq))
    }
    entries = [LogEntry(one, one.seq in counted, *tracks.get(one.seq, (0, None))) for one in listed]
    return paged(entries, limit, [(one.seq,) for one in listed])


_COLUMNS = (
    "person_id",
    "other_person_id",
    "cluster_id",
    "other_cluster_id",
    "media_id",
    "run_id",
    "target_seq",
)


def _decision(row: Row[Any]) -> Decision:
    about = Subjects(**{name: getattr(row, name) for name in _COLUMNS})
    return Decision(row.seq, row.at, row.who, row.kind, about, row.details)


def _subject(about: Subjects) -> str:
    if about.target_seq is not None:
        return f"decision:{about.target_seq}"
    if about.person_id is not None and not about.tracks and about.cluster_id is None:
        return f"person:{about.person_id}"
    if about.cluster_id is not None:
        return f"cluster:{about.cluster_id}"
    if about.media_id is not None:
        return f"media:{about.media_id}"
    return f"track:{min(about.tracks)}"
