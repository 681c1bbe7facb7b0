"""What the commands of the archive share: which archive, for machines, and who is asking."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from playbill.archive.archive import Archive

ArchiveFolder = Annotated[
    Path,
    typer.Option(
        "--archive", envvar="PLAYBILL_ARCHIVE", readable=False, help="The archive's folder."
    ),
]
DEFAULT_ARCHIVE = Path("archive")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@contextmanager
def opened(folder: Path) -> Iterator[Archive]:
    """The archive in `folder`, closed afterwards.

    Raises:
        ArchiveError: there is none, or it cannot be opened.
    """
    archive = Archive.open(folder)
    try:
        yield archive
    finally:
        archive.close()


def who() -> str:
    """Who gives the command, for decisions and the audit log: `cli:ada`."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:somebody"
