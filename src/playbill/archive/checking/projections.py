"""What is shown is what follows from machine rows and decisions."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, or_, select, update

from playbill.archive import audit
from playbill.archive.checking.findings import Finding
from playbill.archive.decisions.projection import project_all
from playbill.archive.tables import appearances, clusters, faces, media, people, tracks

PROJECTED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (people, ("name", "merged_into", "hidden")),
    (clusters, ("person_id", "merged_into", "hidden")),
    (media, ("run_id", "hidden")),
    (faces, ("track_id",)),
    (tracks, ("faces", "person_id", "cluster_id", "verified")),
    (
        appearances,
        ("track_id", "start_us", "end_us", "current", "person_id", "cluster_id", "verified"),
    ),
)
"""The columns that projections are in."""

Snapshot = dict[tuple[str, Any], tuple[Any, ...]]


def check_projections(tx: Connection) -> Iterator[Finding]:
    """Make all projections anew, in this transaction, and say what differs from before.

    Whoever wants them to stay as they are takes the transaction back.
    """
    audit.in_turn(tx)
    before = _snapshot(tx)
    project_all(tx)
    _follow_tracks(tx)
    after = _snapshot(tx)
    names = {table.name: columns for table, columns in PROJECTED}
    for place in sorted(before.keys() | after.keys(), key=str):
        old, new = before.get(place), after.get(place)
        if old != new:
            table, row = place
            yield Finding("projection", f"{table} {row}: {_difference(names[table], old, new)}")


def _follow_tracks(tx: Connection) -> None:
    """Let appearances say of their track what it says of itself."""
    said = {name: tracks.c[name] for name in ("person_id", "cluster_id", "verified")}
    stale = (
        select(appearances.c.id, *said.values())
        .join(tracks, tracks.c.id == appearances.c.track_id)
        .where(or_(*(appearances.c[name].is_distinct_from(said[name]) for name in said)))
    )
    for row_id, *values in tx.execute(stale).all():
        right = dict(zip(said, values, strict=True))
        tx.execute(update(appearances).where(appearances.c.id == row_id).values(right))


def _snapshot(tx: Connection) -> Snapshot:
    found: Snapshot = {}
    for table, columns in PROJECTED:
        key = table.c.id
        rows = tx.execute(select(key, *(table.c[name] for name in columns)))
        found |= {(table.name, row[0]): tuple(row[1:]) for row in rows}
    return found


def _difference(
    columns: tuple[str, ...], old: tuple[Any, ...] | None, new: tuple[Any, ...] | None
) -> str:
    if old is None:
        return "expected this row, found none"
    if new is None:
        return "found this row, expected none"
    return "; ".join(
        f"{column} is {a!r}, and what is known says {b!r}"
        for column, a, b in zip(columns, old, new, strict=True)
        if a != b
    )
