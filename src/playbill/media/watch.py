"""From decoded frames to glimpses of them."""

from fractions import Fraction

from av.video.frame import VideoFrame

from playbill.core.glimpse import Glimpse
from playbill.media.colours import Orientation, luma_glimpse
from playbill.media.observing import Observer


class Watch:
    """Is shown every undamaged frame that is decoded, and makes a glimpse of each later one."""

    def __init__(self, observer: Observer, orientation: Orientation) -> None:
        self._observer, self._orientation = observer, orientation
        self._last = self._kept = -1

    def show(self, index: int, time_s: Fraction, frame: VideoFrame) -> None:
        """Take the next frame."""
        if index > self._last:
            luma = luma_glimpse(frame, self._orientation)
            self._observer.observe(Glimpse(index, time_s, luma))
            self._last = index

    def keep(self) -> None:
        """What was shown stands."""
        self._kept = self._last
        self._observer.keep()

    def forget(self) -> None:
        """What was shown since does not."""
        self._last = self._kept
        self._observer.forget()
