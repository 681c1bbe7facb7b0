"""What both ways to export share: options, and where each file goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import EXIT_BAD_INPUT, complain, out
from playbill.core.analysis import Analysis
from playbill.errors import ExportError, OutputError, PlaybillError
from playbill.exports.formats import FORMATS, format_named, write_export

FormatName = Annotated[
    str,
    typer.Option("--format", "-f", metavar="FORMAT", help=f"One of: {', '.join(FORMATS)}."),
]
Target = Annotated[
    Path,
    typer.Option(
        "--out", "-o", help="The file; or a folder, for several media in a format of one medium."
    ),
]
BaseUrl = Annotated[
    str,
    typer.Option(
        "--base-url",
        help="The address that the media lie under, for formats that point to them; "
        "beside the export, if none.",
    ),
]


@dataclass(frozen=True, slots=True)
class Item:
    """A medium to export, not read yet."""

    name: str
    """What its file is to be called, without the suffix."""
    load: Callable[[], Analysis]


def export_items(items: Sequence[Item], format_name: str, target: Path, base_url: str) -> None:
    """Write one file of all media, or one file each, and say which.

    Raises:
        ExportError: no such format, or nothing to export.
        typer.Exit: some media of several could not be exported, which was said.
    """
    format_ = format_named(format_name)
    if not items:
        raise ExportError("there is nothing to export, expected at least one analysed medium")
    if format_.several or (len(items) == 1 and not target.is_dir()):
        name = items[0].name if len(items) == 1 else "playbill"
        file = target / f"{name}{format_.suffix}" if target.is_dir() else target
        write_export((item.load() for item in items), format_name, file, base_url=base_url)
        _say(file)
        return
    failed = False
    for item, file in zip(items, _files(items, target, format_.suffix), strict=True):
        try:
            write_export([item.load()], format_name, file, base_url=base_url)
        except PlaybillError as error:
            complain(error)
            failed = True
        else:
            _say(file)
    if failed:
        raise typer.Exit(EXIT_BAD_INPUT)


def _files(items: Sequence[Item], folder: Path, suffix: str) -> list[Path]:
    """A file for each, all of them different, also where capitals do not count."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: expected a folder for the exports: {error.strerror}"
        ) from error
    taken: set[str] = set()
    files = []
    for item in items:
        name, number = item.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{item.name}-{number}"
        taken.add(name.casefold())
        files.append(folder / f"{name}{suffix}")
    return files


def _say(file: Path) -> None:
    out().print(str(file), markup=False, soft_wrap=True)
