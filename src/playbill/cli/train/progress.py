"""How trainings show themselves: a bar for the pictures, then a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from playbill.cli.console import err
from playbill.training.progress import TrainingProgress

EVERY_S = 15.0
"""Seconds between lines, where no evaluation gives reason for one."""


class Reporter:
    """Prints a line for the first report, for every evaluation, and else every `EVERY_S`."""

    def __init__(self) -> None:
        self._printed = float("-inf")

    def __call__(self, report: TrainingProgress) -> None:
        """Fits `training.progress.Hook`."""
        now = time.monotonic()
        if not report.measures and now - self._printed < EVERY_S and report.step < report.steps:
            return
        if self._printed == float("-inf"):
            err().print(f"training on {report.device}: about {duration(report.remaining_s)}")
        self._printed = now
        measures = "".join(f", {name} {value:.4f}" for name, value in report.measures.items())
        err().print(
            f"step {report.step} of {report.steps}: loss {report.loss:.4f}{measures}; "
            f"{report.steps_per_s:.2f} steps/s, {duration(report.remaining_s)} to go"
        )


@contextmanager
def picture_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for going through pictures, fed with how many of how many are done."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal) as bar:
        task = bar.add_task("")

        def show(done: int, in_all: int) -> None:
            bar.update(task, completed=done, total=in_all)

        yield show


def duration(seconds: float) -> str:
    """For people.

    >>> duration(40), duration(4000), duration(100000)
    ('40 s', '1 h 07 min', '27 h 47 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
