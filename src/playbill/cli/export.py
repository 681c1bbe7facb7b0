"""`playbill export`: documents into the formats of others, without an archive."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from playbill.archive.reading import read_document
from playbill.cli.exporting import BaseUrl, FormatName, Item, Target, export_items


def export(
    documents: Annotated[
        list[Path], typer.Argument(readable=False, help="JSON documents of `playbill analyze`.")
    ],
    format_name: FormatName,
    target: Target,
    base_url: BaseUrl = "",
) -> None:
    """Turn results into a format of editors, annotators and archives.

    $ playbill export news.json --format fcpxml --out news.fcpxml
    """
    items = [Item(path.stem, partial(read_document, path)) for path in documents]
    export_items(items, format_name, target, base_url)
