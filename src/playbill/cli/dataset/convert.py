"""`playbill dataset convert`: labelled pictures from one format to another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from playbill.cli.console import out, warn
from playbill.cli.dataset.options import picture_bar
from playbill.datasets.objects import About, ObjectDataset, PictureObjects
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.problems import Problem, ProblemList, refuse
from playbill.datasets.reading import read_classes
from playbill.datasets.writing import Written

Format = Literal["coco", "voc", "yolo", "cvat"]
SHOWN_PROBLEMS = 3
"""Of each kind; the rest is counted."""


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            readable=False, help="A COCO or CVAT file, or the folder of a VOC or YOLO data set."
        ),
    ],
    target: Annotated[
        Path, typer.Argument(help="The file (COCO, CVAT) or the new folder (VOC, YOLO) to write.")
    ],
    to: Annotated[Format, typer.Option("--to", help="The format to write.")],
    from_: Annotated[
        Format | None, typer.Option("--from", help="The format to read; seen, if not said.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="The folder of the pictures, if it is an unusual one.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="A text file of the classes to take, one a line.")
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy the pictures too; otherwise folders link to them.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what is wrong instead of stopping.")
    ] = False,
) -> None:
    """Turn labelled pictures of one format into another: COCO, Pascal VOC, YOLO or CVAT.

    What the new format cannot hold is counted and said. Nothing is written if anything is wrong.

    $ playbill dataset convert instances_train.json voc/ --to voc
    """
    problems = ProblemList()
    dataset = open_objects(
        source,
        format=from_,
        pictures=pictures,
        labels=None if labels is None else read_classes(labels),
        on_problem=problems if skip_bad else refuse,
    )
    with picture_bar(len(dataset), "pictures") as advance:
        written = write_objects(Watched(dataset, advance), target, format=to, copy=copy)
    out().print(_summary(target, written, to), soft_wrap=True)
    for sentence in _left_out(problems.problems):
        warn(sentence)
    if written.lost:
        warn(f"{target}: {to} cannot hold: {_enumeration(written.lost)}")


@dataclass(frozen=True, slots=True)
class Watched:
    """A data set that says when it is one picture further."""

    dataset: ObjectDataset
    advance: Callable[[], None]

    @property
    def name(self) -> str:
        """That of the data set."""
        return self.dataset.name

    @property
    def labels(self) -> tuple[str, ...]:
        """Those of the data set."""
        return self.dataset.labels

    @property
    def about(self) -> About:
        """What is known of the data set."""
        return self.dataset.about

    def __len__(self) -> int:
        return len(self.dataset)

    def __iter__(self) -> Iterator[PictureObjects]:
        for picture in self.dataset:
            yield picture
            self.advance()


def _summary(target: Path, written: Written, to: str) -> str:
    return (
        f"{escape(str(target))}: {written.pictures:,} pictures with {written.objects:,} objects, "
        f"written as {to}"
    )


def _left_out(problems: list[Problem]) -> list[str]:
    """The first problems of each kind, and how many more there are."""
    by_kind: dict[str, list[Problem]] = {}
    for problem in problems:
        by_kind.setdefault(problem.kind, []).append(problem)
    sentences = []
    for kind, found in by_kind.items():
        sentences += [str(problem) for problem in found[:SHOWN_PROBLEMS]]
        more = len(found) - SHOWN_PROBLEMS
        sentences += [f"... and {more:,} more of the kind {kind}"] if more > 0 else []
    return sentences


def _enumeration(lost: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {words}" for words, count in lost.items())
