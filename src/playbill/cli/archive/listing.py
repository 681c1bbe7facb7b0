"""`playbill archive list`: the media that the archive has."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from playbill.archive.media import MediaCounts, MediaRow, count_media, counts_of, list_media
from playbill.archive.paging import MAX_LIMIT, Page
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened
from playbill.cli.console import err, out
from playbill.rendering.timecode import timecode


def list_(
    text: Annotated[
        str | None, typer.Argument(help="Only those whose names have words that begin so.")
    ] = None,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    kind: Annotated[
        Literal["image", "video"] | None, typer.Option(help="Only pictures, or only videos.")
    ] = None,
    hidden: Annotated[bool, typer.Option("--hidden", help="List the hidden ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="So many at most.")] = 50,
    after: Annotated[
        str | None, typer.Option(help="Go on where the last list ended: what it said at its end.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List media, those that were added last first.

    $ playbill archive list news --kind video
    """

    def work(tx: Connection) -> tuple[Page[MediaRow], dict[str, MediaCounts], int]:
        page = list_media(tx, after=after, limit=limit, kind=kind, text=text, hidden=hidden)
        return page, counts_of(tx, [row.id for row in page.items]), count_media(tx)

    with opened(archive) as place:
        page, counts, total = place.database.read(work)
    if as_json:
        for row in page.items:
            said = json.dumps(media_json(row, counts[row.id]), ensure_ascii=False)
            out().print(said, markup=False, soft_wrap=True)
    else:
        out().print(_table(page.items, counts))
        out().print(f"{len(page.items)} of {total} media")
    if page.next:
        err().print(f"there are more: --after {page.next}")


def media_json(row: MediaRow, counts: MediaCounts) -> dict[str, Any]:
    """What `--json` says of a medium."""
    info = row.info
    return {
        "id": row.id,
        "name": info.name,
        "kind": info.kind,
        "place": row.place,
        "bytes": row.bytes_,
        "sha256": info.sha256,
        "width": info.size_wh[0],
        "height": info.size_wh[1],
        "frameRate": None if info.frame_rate is None else str(info.frame_rate),
        "startTimecode": info.start_timecode,
        "duration": None if info.duration_s is None else round(float(info.duration_s), 6),
        "added": row.added_at.isoformat(),
        "addedBy": row.added_by,
        "run": row.run_id,
        "hidden": row.hidden,
        "runs": counts.runs,
        "people": counts.people,
        "unnamed": counts.unnamed,
        "classes": counts.classes,
    }


def _table(rows: Sequence[MediaRow], counts: dict[str, MediaCounts]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("name", "id", "length", "added"):
        table.add_column(title, no_wrap=title != "name", overflow="fold")
    for title in ("people", "unnamed", "objects"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        counted, info = counts[row.id], row.info
        seen = (counted.people, counted.unnamed, counted.classes)
        table.add_row(
            f"[bold]{escape(info.name)}[/]" + (" [dim](hidden)[/]" if row.hidden else ""),
            f"[dim]{row.id[:8]}[/]",
            "picture" if info.duration_s is None else timecode(info.duration_s),
            f"{row.added_at.astimezone():%Y-%m-%d}",
            *(map(str, seen) if counted.runs else ("[yellow]not analysed yet[/]", "", "")),
        )
    return table
