"""What an object network's scores are worth, class by class: the table in its card."""

from collections.abc import Sequence
from dataclasses import dataclass

from playbill.core.limits import ScoreLimits


@dataclass(frozen=True, slots=True)
class ClassThreshold:
    """One class of which there were examples."""

    label: str
    shown: float
    """A detection of this score or more is shown."""
    sure: float
    """One of this score or more needs no second look in its shot."""
    n: int
    """Objects of the class that were measured: of few, the scores are nearly the common ones."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores from which on so many of the boxes shown are right."""

    precision: float
    """Of the boxes shown in the pictures measured, at IoU 0.5, this share is right."""
    sure_precision: float
    """The chance to be right of a box that needs no second look."""
    shown: float
    """Of the classes that are not in the table ..."""
    sure: float
    """... which are those without an example."""
    classes: tuple[ClassThreshold, ...]
    n: int
    """Objects that were measured."""
    measured_on: str

    def __post_init__(self) -> None:
        pairs = [(self.shown, self.sure), *((one.shown, one.sure) for one in self.classes)]
        if not all(0 < shown <= sure <= 1 for shown, sure in pairs):
            raise ValueError("scores must be above 0, to 1, and what is sure must be shown")
        if not all(0 < share < 1 for share in (self.precision, self.sure_precision)):
            raise ValueError("a precision must lie between 0 and 1")

    def limits(self, labels: Sequence[str]) -> ScoreLimits:
        """One figure for each of `labels`."""
        rows = {one.label: one for one in self.classes}
        found = [rows.get(label, self) for label in labels]
        return ScoreLimits(tuple(one.shown for one in found), tuple(one.sure for one in found))


def score_limits(
    labels: Sequence[str], thresholds: Thresholds | None, min_score: float | None, own: float
) -> ScoreLimits:
    """What a detector shows.

    Args:
        labels: of its network.
        thresholds: of its card; None: nobody has measured them.
        min_score: what somebody asked for, which stands for every class and any number of looks.
        own: what its architecture has where nobody says anything; sure is half of the way from
            there to 1.
    """
    if min_score is not None:
        return ScoreLimits.same(len(labels), min_score)
    if thresholds is not None:
        return thresholds.limits(labels)
    return ScoreLimits.same(len(labels), own, (1 + own) / 2)
