"""`playbill archive export`: what the archive knows, in the formats of others."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import Annotated

import typer

from playbill.archive.archive import Archive
from playbill.archive.documents import analysis_now
from playbill.archive.media import MediaRow, get_media, has_media, list_media
from playbill.cli.archive import app
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened
from playbill.cli.console import warn
from playbill.cli.exporting import BaseUrl, FormatName, Item, Target, export_items
from playbill.core.analysis import Analysis
from playbill.errors import ExportError, NotInArchive
from playbill.exports.formats import format_named

PAGE = 500


@app.command("export")
def export(
    format_name: FormatName,
    target: Target,
    media: Annotated[
        list[str] | None, typer.Argument(help="Media: their ids, or the names of their files.")
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
                warn(f"{format_name} is for videos: {len(rows) - len(videos)} pictures left out")
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
    return (row for row in _listed(archive) if row.run_id is not None)


def _listed(
    archive: Archive, *, text: str | None = None, hidden: bool = False
) -> Iterator[MediaRow]:
    cursor: str | None = None
    while True:
        listed = partial(list_media, after=cursor, limit=PAGE, text=text, hidden=hidden)
        page = archive.database.read(listed)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _named(archive: Archive, names: Sequence[str]) -> list[MediaRow]:
    """The medium of each name, once."""
    found = {row.id: row for row in (_one(archive, name) for name in names)}
    return list(found.values())


def _one(archive: Archive, name: str) -> MediaRow:
    if archive.database.read(lambda tx: has_media(tx, name)):
        return archive.database.read(lambda tx: get_media(tx, name))
    listed = _listed(archive, text=name, hidden=True)
    same = [row for row in listed if row.info.name == name]
    if not same:
        raise NotInArchive(f"{name}: no medium of that name or id is in the archive")
    if len(same) > 1:
        ids = ", ".join(row.id for row in same[:3])
        raise ExportError(f"{name}: {len(same)} media have that name, expected one id: {ids}")
    return same[0]
