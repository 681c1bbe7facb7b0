"""What a check of training data finds."""

from dataclasses import dataclass
from typing import Literal

from playbill.datasets.problems import ProblemKind

FindingKind = (
    ProblemKind
    | Literal[
        "two-people",
        "wrong-name",
        "no-one-face",
        "same-file",
        "same-picture",
        "empty-class",
        "one-picture",
        "imbalance",
    ]
)
"""What a reader can find, or: one picture under two people, a likely wrong name, not one face, a
picture that is there twice (byte for byte, or saved anew), a class without a picture or with one
alone, classes of very different sizes."""

NOTES: frozenset[FindingKind] = frozenset(
    {"same-file", "same-picture", "empty-class", "one-picture", "imbalance"}
)
"""Kinds that a training can live with."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    kind: FindingKind
    where: str
    """The picture, class or file of labels."""
    sentence: str
    """What was found, without `where`."""
    also: tuple[str, ...] = ()
    """Other pictures or classes that it is about."""

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"

    @property
    def is_note(self) -> bool:
        """Whether a training can live with it."""
        return self.kind in NOTES
