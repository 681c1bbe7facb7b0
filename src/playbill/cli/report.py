"""`playbill report`: one HTML page from a result."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.archive.reading import read_document
from playbill.cli.console import out
from playbill.rendering.report.page import write_report
from playbill.rendering.thumbnails import collect_thumbnails


def report(
    result: Annotated[
        Path, typer.Argument(readable=False, help="A JSON document of `playbill analyze`.")
    ],
    page: Annotated[
        Path | None, typer.Option("--out", "-o", help="The page; RESULT.html, if none.")
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="The picture or video, for thumbnails; looked for beside RESULT."
        ),
    ] = None,
) -> None:
    """Write one self-contained HTML page: time line, thumbnails, counts, run record.

    $ playbill report news.json --media news.mp4
    """
    analysis = read_document(result)
    source = media or result.with_name(analysis.media.name)
    target = page or result.with_suffix(".html")
    write_report(analysis, target, collect_thumbnails(source, analysis))
    out().print(str(target), markup=False, soft_wrap=True)
