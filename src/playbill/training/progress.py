"""What a training says of itself while it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """After a step that is a point of the curve, or when nothing was said for a while."""

    device: str
    """What it runs on, for people."""
    step: int
    steps: int
    steps_per_s: float
    """Since this process began, evaluations left out."""
    loss: float
    """Mean since the last point of the curve."""
    measures: Mapping[str, float]
    """Of the evaluation, where there just was one."""

    @property
    def remaining_s(self) -> float:
        """Seconds to the last step at this rate."""
        return (self.steps - self.step) / self.steps_per_s


Hook = Callable[[TrainingProgress], None]


def silent(_: TrainingProgress) -> None:
    """Say nothing."""
