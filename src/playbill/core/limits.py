"""From which scores on an object is believed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoreLimits:
    """One figure for each label of a network, since its scores do not mean the same for all.

    >>> ScoreLimits.same(2, 0.5)
    ScoreLimits(shown=(0.5, 0.5), sure=(0.5, 0.5))
    """

    shown: tuple[float, ...]
    """From here on an object is shown."""
    sure: tuple[float, ...]
    """From here on one look is enough, where others need a second one in the same shot."""

    def __post_init__(self) -> None:
        if len(self.shown) != len(self.sure):
            raise ValueError(
                f"shown and sure must be of the same labels, got {len(self.shown)} and "
                f"{len(self.sure)}"
            )
        pairs = zip(self.shown, self.sure, strict=True)
        if not all(0 < shown <= sure <= 1 for shown, sure in pairs):
            raise ValueError("scores must be above 0, to 1, and what is sure must be shown")

    @classmethod
    def same(cls, labels: int, shown: float, sure: float | None = None) -> "ScoreLimits":
        """The same for all of so many labels; without `sure`, one look is always enough."""
        return cls((shown,) * labels, (shown if sure is None else sure,) * labels)
