"""`playbill people list`, `show`, `groups` and `log`."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from playbill.archive.archive import Archive
from playbill.archive.clusters import ClusterRow, list_clusters, named_cluster
from playbill.archive.decisions.log import LogEntry, list_decisions
from playbill.archive.media import named_media
from playbill.archive.paging import MAX_LIMIT
from playbill.archive.people import (
    PersonCounts,
    PersonRow,
    counts_of,
    get_person,
    list_people,
    merged_into,
)
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened
from playbill.cli.console import counted, err, out
from playbill.cli.people.options import PersonArgument, find_person, title
from playbill.core.people import Candidate
from playbill.library.suggesting import suggest
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import scores_in

Limit = Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="So many at most.")]
After = Annotated[
    str | None, typer.Option(metavar="CURSOR", help="Go on where the last page ended.")
]
Hidden = Annotated[bool, typer.Option("--hidden", help="The hidden ones too.")]


def list_(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    limit: Limit = 50,
    after: After = None,
    hidden: Hidden = False,
    as_json: AsJson = False,
) -> None:
    """List the people that the archive knows by name.

    $ playbill people list --archive ~/archive
    """
    with opened(archive) as place:
        page, counts = place.database.read(lambda tx: _listed(tx, after, limit, hidden))
    if as_json:
        for row in page.items:
            _print_json(_person(row, counts[row.id]))
    else:
        table = Table(box=None, pad_edge=False)
        table.add_column("name", overflow="fold")
        for heading in ("media", "spans", "portraits"):
            table.add_column(heading, no_wrap=True)
        table.add_column("id", no_wrap=True)  # whole, to be copied
        for row in page.items:
            n = counts[row.id]
            numbers = (str(n.media), str(n.appearances), str(n.portraits))
            table.add_row(title(row), *numbers, escape(row.id))
        out().print(table)
    _say_more(page.next)


def show(
    person: PersonArgument, archive: ArchiveFolder = DEFAULT_ARCHIVE, as_json: AsJson = False
) -> None:
    """Show what the archive knows of a person, and what was decided about them.

    $ playbill people show "Ada Lovelace"
    """

    def work(tx: Connection) -> tuple[PersonRow, PersonCounts, list[PersonRow], Any]:
        row = find_person(tx, person)
        log = list_decisions(tx, person_id=row.id)
        return row, counts_of(tx, [row.id])[row.id], merged_into(tx, row.id), log

    with opened(archive) as place:
        row, counts, merged, log = place.database.read(work)
    if as_json:
        said = {"merged": [one.id for one in merged], "log": [_entry(one) for one in log.items]}
        _print_json(_person(row, counts) | said)
        return
    out().print(f"{title(row)}  {escape(row.id)}{_states(row)}", soft_wrap=True)
    out().print(
        f"seen {counted(counts.appearances, 'time')} in {counts.media} media; "
        f"{counted(counts.portraits, 'portrait')}"
    )
    for one in merged:
        out().print(f"one with {title(one)}  {escape(one.id)}", soft_wrap=True)
    _print_log(log.items)
    _say_more(log.next)


def groups(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    named: Annotated[
        bool | None, typer.Option("--named/--unnamed", help="Only those; all, if none is said.")
    ] = None,
    limit: Limit = 50,
    after: After = None,
    hidden: Hidden = False,
    perhaps: Annotated[
        bool, typer.Option("--perhaps", help="Say whom those without a name may be.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the clusters of faces that look like one person, the largest first.

    $ playbill people groups --unnamed --perhaps
    """
    with opened(archive) as place:
        page = place.database.read(
            lambda tx: list_clusters(tx, after=after, limit=limit, named=named, hidden=hidden)
        )
        known = {row.person_id for row in page.items if row.person_id}
        names = place.database.read(lambda tx: {one: get_person(tx, one).name for one in known})
        likely = _suggested(place, page.items) if perhaps else {}
    for row in page.items:
        maybe = likely.get(row.id, ())
        if as_json:
            _print_json(_cluster(row) | ({"candidates": _candidates(maybe)} if perhaps else {}))
        else:
            name = names[row.person_id] if row.person_id else "nobody yet"
            if maybe:
                name = "perhaps " + ", ".join(
                    f"{one.person.name} ({one.probability:.0%})" for one in maybe
                )
            tracks = "track " if row.tracks == 1 else "tracks"
            said = f"{row.id}  {row.tracks:6} {tracks}  {name}"
            out().print(escape(said), soft_wrap=True)
    _say_more(page.next)


def _suggested(archive: Archive, rows: Sequence[ClusterRow]) -> Mapping[str, tuple[Candidate, ...]]:
    """Group -> whom it may be, of those without a name."""
    found: dict[str, tuple[Candidate, ...]] = {}
    nameless = [row for row in rows if row.person_id is None]
    for space in {row.space for row in nameless}:
        scores = scores_in(space, ModelStore.default())
        ids = [row.id for row in nameless if row.space == space]
        found.update(suggest(archive, space, scores, ids))
    return found


def _candidates(maybe: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.person.id,
            "name": one.person.name,
            "probability": round(one.probability, 4),
        }
        for one in maybe
    ]


def log(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    person: Annotated[str | None, typer.Option(help="Only about this person.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Only about this cluster.")] = None,
    media: Annotated[str | None, typer.Option(help="Only about this medium.")] = None,
    limit: Limit = 50,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """Show what was decided, the newest first, and what of it counts.

    $ playbill people log --person "Ada Lovelace"
    """

    def work(tx: Connection) -> Any:
        return list_decisions(
            tx,
            person_id=None if person is None else find_person(tx, person).id,
            cluster_id=None if cluster is None else named_cluster(tx, cluster),
            media_id=None if media is None else named_media(tx, media).id,
            after=after,
            limit=limit,
        )

    with opened(archive) as place:
        page = place.database.read(work)
    if as_json:
        for one in page.items:
            _print_json(_entry(one))
    else:
        _print_log(page.items)
    _say_more(page.next)


def _listed(tx: Connection, after: str | None, limit: int, hidden: bool) -> tuple[Any, Any]:
    page = list_people(tx, after=after, limit=limit, hidden=hidden)
    return page, counts_of(tx, [row.id for row in page.items])


def _print_log(entries: tuple[LogEntry, ...]) -> None:
    for one in entries:
        row = one.decision
        what = "  ".join(f"{name} {value}" for name, value in _subjects(one).items())
        said = f"{row.seq:6}  {row.at.astimezone():%Y-%m-%d %H:%M}  {row.who}  {row.kind}  {what}"
        out().print(
            escape(said) if one.counts else f"[dim strike]{escape(said)}[/] undone", soft_wrap=True
        )


def _states(row: PersonRow) -> str:
    states = ["hidden"] if row.hidden else []
    if row.merged_into:
        states.append(f"one with {row.merged_into}")
    if row.forgotten_at:
        states.append(f"forgotten on {row.forgotten_at.astimezone():%Y-%m-%d}")
    return f"  ({escape(', '.join(states))})" if states else ""


def _person(row: PersonRow, counts: PersonCounts) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name or None,
        "version": row.version,
        "hidden": row.hidden,
        "mergedInto": row.merged_into,
        "forgotten": row.forgotten_at.isoformat() if row.forgotten_at else None,
        "media": counts.media,
        "appearances": counts.appearances,
        "portraits": counts.portraits,
    }


def _cluster(row: ClusterRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "tracks": row.tracks,
        "person": row.person_id,
        "hidden": row.hidden,
        "version": row.version,
    }


def _entry(one: LogEntry) -> dict[str, Any]:
    row = one.decision
    said = {"seq": row.seq, "at": row.at.isoformat(), "who": row.who, "kind": row.kind}
    return said | {"counts": one.counts} | _subjects(one)


def _subjects(one: LogEntry) -> dict[str, Any]:
    about = one.decision.about
    named = {
        "person": about.person_id,
        "into" if one.decision.kind == "merge_people" else "other": about.other_person_id,
        "cluster": about.cluster_id,
        "into" if one.decision.kind == "merge_clusters" else "new": about.other_cluster_id,
        "media": about.media_id,
        "run": about.run_id,
        "decision": about.target_seq,
        "tracks": one.tracks or None,
        "track": one.first_track,
        "name": one.decision.details.get("name"),
    }
    return {name: value for name, value in named.items() if value is not None}


def _print_json(value: dict[str, Any]) -> None:
    out().print(json.dumps(value, ensure_ascii=False), markup=False, soft_wrap=True)


def _say_more(cursor: str | None) -> None:
    if cursor is not None:
        err().print(f"[dim]there are more: --after {cursor}[/]")
