"""Times of frames that only their own times tell, or nothing does."""

from fractions import Fraction


class Clock:
    """Gives frame after frame a time that never goes back.

    A frame without a time, or with one that jumps back as in recordings strung together, follows
    the frame before after one tick of the frame rate; from there on the file's times count again.
    """

    def __init__(self, time_base: Fraction, frame_rate: Fraction | None) -> None:
        self._time_base = time_base
        self._step = 1 / frame_rate if frame_rate else Fraction(1, 25)
        self._origin: Fraction | None = None
        """What the file's clock shows at time 0."""
        self._last: Fraction | None = None

    def time_s(self, pts: int | None) -> Fraction:
        """Seconds from the first frame to the next one, which the file times at `pts`."""
        follows = Fraction(0) if self._last is None else self._last + self._step
        time = follows
        if pts is not None:
            stamped = pts * self._time_base
            if self._origin is None or self._goes_back(stamped - self._origin):
                self._origin = stamped - follows
            time = stamped - self._origin
        self._last = time
        return time

    def _goes_back(self, time_s: Fraction) -> bool:
        return self._last is not None and time_s <= self._last
