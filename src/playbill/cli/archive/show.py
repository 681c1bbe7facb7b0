"""`playbill archive show`: all that the archive knows of one medium."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from playbill.archive.document import to_document
from playbill.archive.documents import analysis_of, analysis_today, document_of
from playbill.archive.media import MediaRow, counts_of, named_media
from playbill.archive.runs import RunRow, list_runs, named_run
from playbill.cli.archive.listing import media_json
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened
from playbill.cli.console import out
from playbill.cli.summary import summary
from playbill.core.analysis import Analysis
from playbill.errors import Conflict

MediaName = Annotated[
    str,
    typer.Argument(
        metavar="MEDIA", help="Its id, the beginning of the id, or the name of its file."
    ),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the beginning of it.")]


def show(
    media: MediaName,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    run: Annotated[str | None, typer.Option(help="Another run than the one that is shown.")] = None,
    as_made: Annotated[
        bool, typer.Option("--as-made", help="With the names of then, not those of today.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show who and what is in a medium, with the names of today, and which runs there are.

    With --json the document playbill/1; with --as-made as well, byte for byte as it was made.

    $ playbill archive show news.mp4
    """
    with opened(archive) as place:
        found = place.database.read(lambda tx: _find(tx, media, run, as_made=as_made))
    if as_json and found.document is not None:
        out().print(found.document, markup=False, soft_wrap=True, end="")
    elif as_json and found.analysis is not None:
        said = json.dumps(to_document(found.analysis), ensure_ascii=False)
        out().print(said, markup=False, soft_wrap=True)
    elif as_json:
        out().print(found.facts, markup=False, soft_wrap=True)
    else:
        out().print(_page(found))


@dataclass(frozen=True, slots=True)
class _Found:
    row: MediaRow
    runs: Sequence[RunRow]
    shown: str | None
    """The run to show."""
    analysis: Analysis | None
    """None: there is no run yet."""
    document: str | None
    """The bytes as they were made, if these are wished for."""
    facts: str
    """What there is to say of a medium without a run, as JSON."""


def _find(tx: Connection, media: str, run: str | None, *, as_made: bool) -> _Found:
    row = named_media(tx, media)
    shown = row.run_id if run is None else _run_of(tx, row, run)
    facts = json.dumps(media_json(row, counts_of(tx, [row.id])[row.id]), ensure_ascii=False)
    analysis = None
    if shown is not None:
        analysis = analysis_of(tx, shown) if as_made else analysis_today(tx, shown)
    document = document_of(tx, shown) if shown is not None and as_made else None
    return _Found(row, list_runs(tx, row.id), shown, analysis, document, facts)


def _run_of(tx: Connection, row: MediaRow, run: str) -> str:
    found = named_run(tx, run)
    if found.media_id != row.id:
        raise Conflict(f"run {found.id}: is of media {found.media_id}, expected one of {row.id}")
    return found.id


def _page(found: _Found) -> RenderableType:
    row = found.row
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("id", row.id)
    facts.add_row("lies at", escape(row.place or "nobody knows where"))
    facts.add_row("added", f"{row.added_at.astimezone():%Y-%m-%d %H:%M} by {escape(row.added_by)}")
    if row.hidden:
        facts.add_row("hidden", "yes")
    if found.analysis is None:
        name = f"[bold]{escape(row.info.name)}[/]"
        return Group(name, facts, "[yellow]not analysed yet[/]: see `playbill archive jobs list`")
    return Group(summary(found.analysis), "", facts, "", _runs(found))


def _runs(found: _Found) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("", "run", "made", "every", "frames", "networks", "gallery"):
        table.add_column(title, no_wrap=title != "networks")
    for run in found.runs:
        record = run.record
        table.add_row(
            "[green]>[/]" if run.id == found.shown else "",
            escape(run.id[:8]),
            "" if record.started is None else f"{record.started.astimezone():%Y-%m-%d %H:%M}",
            str(record.sample_every),
            str(record.frames.analysed),
            escape(", ".join(use.name for use in record.models)),
            escape(record.gallery.name) if record.gallery else "",
        )
    return table
