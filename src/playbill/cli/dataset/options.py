"""Options that the commands over data sets share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from playbill.cli.console import err
from playbill.datasets.kinds import Kind
from playbill.datasets.left_out import LeftOut, read_left_out

Source = Annotated[
    Path,
    typer.Argument(
        readable=False,
        help="A folder with a folder per person; or labelled pictures: a COCO or CVAT file, a VOC "
        "or YOLO folder.",
    ),
]
KindOption = Annotated[
    Kind | None, typer.Option("--kind", help="What the data set holds; seen, if not said.")
]
Pictures = Annotated[
    Path | None,
    typer.Option(readable=False, help="The folder of labelled pictures, if it is an unusual one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


def left_out(path: Path | None) -> LeftOut:
    """The list at `path`; an empty one, if there is none."""
    return LeftOut.of([]) if path is None else read_left_out(path)


@contextmanager
def picture_bar(total: int, what: str) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error; the call that it gives is one picture further."""
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = err()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
