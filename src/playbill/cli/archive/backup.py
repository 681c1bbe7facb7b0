"""`playbill archive backup` and `restore`: a copy that any data base takes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from playbill.archive.backup.making import Hook, back_up
from playbill.archive.backup.restoring import restore as restore_archive
from playbill.archive.media import count_media
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened, who
from playbill.cli.console import err, out, warn


def backup(
    target: Annotated[
        Path, typer.Argument(readable=False, help="A new folder, or a new file that ends in .zip.")
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Copy everything but the media themselves; others may go on working.

    Rows, crops, portraits and uploads, readable by you alone: it holds faces and the hashes of
    passwords. Media that lie elsewhere are only named in it.

    $ playbill archive backup archive-2026-11-22.zip
    """
    with opened(archive) as place, _bar("copying") as hook:
        made = back_up(place, target, hook)
    for key in made.missing:
        warn(f"{key}: a row needs this file, found none in the blobs")
    if as_json:
        out().print(json.dumps(asdict(made), ensure_ascii=False), markup=False, soft_wrap=True)
        return
    counts = ", ".join(f"{made.tables[what]} {what}" for what in ("media", "runs", "faces"))
    files = f"{made.files} files of {decimal(made.bytes_)}"
    out().print(f"{escape(str(target))}: {counts}; {files}", soft_wrap=True)


def restore(
    source: Annotated[
        Path, typer.Argument(readable=False, help="What `playbill archive backup` wrote.")
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    database: Annotated[
        str | None, typer.Option(help="The address of an empty PostgreSQL, if it is to be there.")
    ] = None,
    blobs: Annotated[
        str | None, typer.Option(help="Where its crops are to lie, as s3://BUCKET/PATH.")
    ] = None,
) -> None:
    """Make an archive of a backup, over whichever data base; there must be none yet.

    $ playbill archive restore archive-2026-11-22.zip --archive ~/archive
    """
    with _bar("restoring") as hook:
        made = restore_archive(
            source, archive, database_url=database, blobs_url=blobs, who=who(), hook=hook
        )
    try:
        media = made.database.read(count_media)
    finally:
        made.close()
    out().print(f"{escape(str(archive))}: {media} media", soft_wrap=True)


@contextmanager
def _bar(what: str) -> Iterator[Hook]:
    """A progress bar of files on standard error; nothing where that is no terminal."""
    console = err()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
