"""`playbill archive compare`, `promote` and `rollback`: which of several runs is shown."""

import json
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from playbill.archive.compare import Comparison, Renamed, compare, roll_back
from playbill.archive.decisions.promoting import promote as promote_run
from playbill.archive.media import MediaRow, get_media, named_media
from playbill.archive.runs import named_run
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened, who
from playbill.cli.archive.show import MediaName, RunName
from playbill.cli.console import out
from playbill.core.appearances import Appearance
from playbill.core.people import Person
from playbill.core.timespan import TimeSpan
from playbill.rendering.timecode import timecode


def compare_(
    before: RunName,
    after: RunName,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Say what the second of two runs of one medium gains, loses and renames.

    $ playbill archive compare 1f0c2d9e 8ab41c77
    """

    def work(tx: Connection) -> tuple[MediaRow, Comparison]:
        found = compare(tx, named_run(tx, before).id, named_run(tx, after).id)
        return get_media(tx, found.before.media_id), found

    with opened(archive) as place:
        row, found = place.database.read(work)
    if as_json:
        out().print(json.dumps(_json(found), ensure_ascii=False), markup=False, soft_wrap=True)
    else:
        out().print(_page(row, found))


def promote(run: RunName, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Show this run of its medium, also when newer ones come.

    $ playbill archive promote 8ab41c77
    """

    def work(tx: Connection) -> tuple[str, str]:
        found = named_run(tx, run)
        promote_run(tx, who(), found.media_id, found.id)
        return get_media(tx, found.media_id).info.name, found.id

    with opened(archive) as place:
        name, shown = place.database.write(work)
    out().print(f"[bold]{escape(name)}[/] shows run {escape(shown)}", soft_wrap=True)


def rollback(media: MediaName, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Take the last promotion of a run of this medium back.

    $ playbill archive rollback news.mp4
    """

    def work(tx: Connection) -> tuple[str, str | None]:
        row = named_media(tx, media)
        return row.info.name, roll_back(tx, who(), row.id)

    with opened(archive) as place:
        name, shown = place.database.write(work)
    out().print(f"[bold]{escape(name)}[/] shows run {escape(shown or '')} again", soft_wrap=True)


def _page(row: MediaRow, found: Comparison) -> Group:
    table = Table("", "who or what", "from", "to", box=None, padding=(0, 2, 0, 0))
    lines: list[tuple[TimeSpan, str, str]] = []
    lines += [(one.span, "[green]gained[/]", _subject(one)) for one in found.gained]
    lines += [(one.span, "[red]lost[/]", _subject(one)) for one in found.lost]
    lines += [(one.span, "[yellow]renamed[/]", _change(one)) for one in found.renamed]
    video = row.info.kind == "video"
    for span, what, subject in sorted(lines, key=lambda line: line[0]):
        times = (timecode(span.start_s), timecode(span.end_s)) if video else ("", "")
        table.add_row(what, subject, *times)
    head = (
        f"[bold]{escape(row.info.name)}[/]  {escape(found.before.id)} -> {escape(found.after.id)}"
    )
    counts = (
        f"{found.kept} kept, {len(found.gained)} gained, {len(found.lost)} lost, "
        f"{len(found.renamed)} renamed"
    )
    return Group(head, table, counts) if lines else Group(head, counts)


def _subject(one: Appearance) -> str:
    return escape(one.label) if one.kind == "object" else _name(one.person)


def _change(one: Renamed) -> str:
    return f"{_name(one.before)} -> {_name(one.after)}"


def _name(person: Person | None) -> str:
    return f"[bold]{escape(person.name)}[/]" if person else "somebody unknown"


def _json(found: Comparison) -> dict[str, Any]:
    return {
        "media": found.before.media_id,
        "before": found.before.id,
        "after": found.after.id,
        "kept": found.kept,
        "gained": [_appearance_json(one) for one in found.gained],
        "lost": [_appearance_json(one) for one in found.lost],
        "renamed": [
            {"before": _person_json(one.before), "after": _person_json(one.after), **_times(one)}
            for one in found.renamed
        ],
    }


def _appearance_json(one: Appearance) -> dict[str, Any]:
    what = (
        {"person": _person_json(one.person)}
        if one.kind == "person"
        else {"ObjectID": one.class_id, "label": one.label}
    )
    return {"kind": one.kind, **what, **_times(one)}


def _person_json(person: Person | None) -> dict[str, str] | None:
    return None if person is None else {"id": person.id, "name": person.name}


def _times(one: Appearance | Renamed) -> dict[str, float]:
    return {
        "start": round(float(one.span.start_s), 6),
        "end": round(float(one.span.end_s), 6),
    }
