"""How commands speak: results to standard output, everything else to standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from playbill.cli.lines import FrameLines
from playbill.errors import PlaybillError
from playbill.pipeline import hooks

EXIT_BAD_INPUT = 2


def out() -> Console:
    """The console of results."""
    return Console(highlight=False)


def err() -> Console:
    """The console of progress, warnings and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def complain(error: PlaybillError) -> None:
    """Say what was refused, in one line."""
    err().print(f"[bold red]error:[/] {escape(' '.join(str(error).split()))}")


def warn(sentence: str) -> None:
    """Say what the user should know, in one line."""
    err().print(f"[bold yellow]warning:[/] {escape(sentence)}")


def counted(number: int, one: str, many: str | None = None) -> str:
    """So many of a thing: `1 face`, `2 faces`; None: the plural has an `s`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


@dataclass(slots=True)
class FrameBar:
    """A progress bar: frames, speed against real time, remaining time."""

    bar: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)

    def show(self, progress: hooks.Progress) -> None:
        """Take a report of the pipeline; fits `pipeline.hooks.Hook`."""
        medium, title = progress.media.id, escape(progress.media.name)
        if medium not in self.tasks:
            self.tasks[medium] = self.bar.add_task(title, total=progress.expected, speed="")
        task = self.tasks[medium]
        elapsed = self.bar.tasks[self.bar.task_ids.index(task)].elapsed or 0.0
        speed = f"{float(progress.time_s) / elapsed:.1f}x" if elapsed and progress.time_s else ""
        self.bar.update(task, completed=progress.done, total=progress.expected, speed=speed)


@contextmanager
def frame_bar(*, shown: bool) -> Iterator[FrameBar | FrameLines]:
    """Progress on standard error while the block runs: a bar, or lines where no bar can move."""
    console = err()
    if shown and not console.is_terminal:
        yield FrameLines(lambda line: console.print(escape(line)))
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not shown) as bar:
        yield FrameBar(bar)
