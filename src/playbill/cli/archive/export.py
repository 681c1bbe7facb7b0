"""`playbill archive export`: what the archive knows, in the formats of others."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import Annotated

import typer

from playbill.archive.archive import Archive
from playbill.archive.documents import analysis_now
from playbill.archive.media import MediaRow, list_media, named_media
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened
from playbill.cli.console import counted, warn
from playbill.cli.exporting import BaseUrl, FormatName, Item, Target, export_items
from playbill.core.analysis import Analysis
from playbill.errors import ExportError
from playbill.exports.formats import format_named

PAGE = 500


def export(
    format_name: FormatName,
    target: Target,
    media: Annotated[
        list[str] | None,
        typer.Argument(help="Media: their ids, the beginnings of these, or their files' names."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All media that are analysed.")] = False,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    base_url: BaseUrl = "",
) -> None:
    """Write what is known of media, with the names of today, in a format of others.

    $ playbill archive export news.mp4 --format vtt --out news.vtt
    """
    if bool(media) == everything:
        raise ExportError("expected names or ids of media, or --all, and not both")
    with opened(archive) as archive_:
        rows = list(_all_media(archive_)) if everything else _named(archive_, media or [])
        if everything and format_named(format_name).videos_only:
            videos = [row for row in rows if row.info.kind == "video"]
            if len(videos) < len(rows):
                left_out = counted(len(rows) - len(videos), "picture")
                warn(f"{format_name} is for videos: {left_out} left out")
            rows = videos
        items = [
            Item(PurePath(row.info.name).name or row.id, partial(_analysis, archive_, row.id))
            for row in rows
        ]
        export_items(items, format_name, target, base_url)


def _analysis(archive: Archive, media_id: str) -> Analysis:
    return archive.database.read(lambda tx: analysis_now(tx, media_id))


def _all_media(archive: Archive) -> Iterator[MediaRow]:
    """Every analysed medium that is not hidden."""
    cursor: str | None = None
    while True:
        page = archive.database.read(partial(list_media, after=cursor, limit=PAGE))
        yield from (row for row in page.items if row.run_id is not None)
        cursor = page.next
        if cursor is None:
            return


def _named(archive: Archive, names: Sequence[str]) -> list[MediaRow]:
    """The medium of each name, once."""
    rows = archive.database.read(lambda tx: [named_media(tx, name) for name in names])
    return list({row.id: row for row in rows}.values())
