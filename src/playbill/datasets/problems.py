"""What can be wrong with training data, and who decides whether that is the end of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from playbill.errors import DatasetError

ProblemKind = Literal[
    "unreadable-labels",
    "missing-picture",
    "unreadable-picture",
    "duplicate-picture",
    "duplicate-object",
    "wrong-size",
    "unknown-label",
    "unknown-picture",
    "bad-box",
    "empty-box",
    "box-outside",
    "unheld-shape",
    "bad-name",
    "no-pictures",
]
"""What a reader can find: the file of labels, the picture, or one of its objects is wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a data set."""

    kind: ProblemKind
    where: str
    """The file, and the line or the object in it: `labels/7.txt:3`."""
    sentence: str
    """What was found and what was expected, without `where`."""

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


OnProblem = Callable[[Problem], None]
"""Is told of a problem. When it returns, the reader goes on without what is wrong."""


def refuse(problem: Problem) -> None:
    """Make an end of it: what readers do unless told otherwise.

    Raises:
        DatasetError: always.
    """
    raise DatasetError(str(problem))


@dataclass(slots=True)
class ProblemList:
    """Collects problems: give it to a reader as `on_problem`."""

    problems: list[Problem] = field(default_factory=list)

    def __call__(self, problem: Problem) -> None:
        """Keep `problem`; fits `OnProblem`."""
        self.problems.append(problem)

    def __len__(self) -> int:
        return len(self.problems)

    def counts(self) -> Counter[ProblemKind]:
        """How many of each kind."""
        return Counter(problem.kind for problem in self.problems)
