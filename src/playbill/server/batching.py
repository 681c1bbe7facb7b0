"""Pictures of several requests go through the networks together: whoever waits is taken along.

Nobody waits for a clock. A picture that comes while the networks are free is looked at alone and at
once; those that come meanwhile are the next batch, first come, first served.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock

from playbill.core.frame import Frame
from playbill.pipeline.findings import Findings
from playbill.pipeline.networks import Networks, look

LANES = 2
"""Batches at once: one is prepared or looked through while networks run on the other."""
MOST_PICTURES = 4
"""In a batch; more are no quicker, and the first of them waits for the last."""
MOST_PIXELS = 32_000_000
"""In a batch of several pictures; networks hold copies of what they see."""


@dataclass(slots=True, eq=False)
class _Request:
    """One picture, and what came of it."""

    frame: Frame
    networks: Networks
    crops: bool
    answer: Findings | BaseException | None = None


class Batcher:
    """Looks at pictures as `networks.look` does; for many threads, each with one picture.

    The threads that wait do the work: each takes the batch that is next, whosever it is, until its
    own picture has been looked at.
    """

    def __init__(
        self, lanes: int = LANES, most_pictures: int = MOST_PICTURES, most_pixels: int = MOST_PIXELS
    ) -> None:
        self._free, self._most_pictures, self._most_pixels = lanes, most_pictures, most_pixels
        self._waiting: deque[_Request] = deque()
        self._changed = Condition()

    def look(self, frames: Sequence[Frame], networks: Networks, *, crops: bool) -> list[Findings]:
        """See `networks.look`; what it raises concerns these frames alone."""
        requests = [_Request(frame, networks, crops) for frame in frames]
        with self._changed:
            self._waiting.extend(requests)
        return [self._answer(request) for request in requests]

    def _answer(self, request: _Request) -> Findings:
        while request.answer is None:
            with self._changed:
                self._changed.wait_for(lambda: request.answer or (self._free and self._waiting))
                batch = [] if request.answer else self._next()
                self._free -= bool(batch)
            if batch:
                self._do(batch)
        if isinstance(request.answer, BaseException):
            raise request.answer
        return request.answer

    def _next(self) -> list[_Request]:
        """The picture that came first, and those after it that may go with it."""
        batch = [self._waiting.popleft()]
        pixels = _pixels(batch[0])
        while self._waiting and len(batch) < self._most_pictures:
            following = self._waiting[0]
            pixels += _pixels(following)
            alike = following.networks is batch[0].networks and following.crops == batch[0].crops
            if pixels > self._most_pixels or not alike:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _do(self, batch: list[_Request]) -> None:
        answers = _look_at(batch)
        with self._changed:
            self._free += 1
            for request, answer in zip(batch, answers, strict=True):
                request.answer = answer
            self._changed.notify_all()


class PixelRoom:
    """So many pixels may lie decoded at once; others wait, first come, first served."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._turn, self._changed = Lock(), Condition()

    @contextmanager
    def taken(self, pixels: int) -> Iterator[None]:
        """Hold room for so many, at most all there is, while the block runs."""
        with self._turn, self._changed:  # nobody passes one who waits
            self._changed.wait_for(lambda: self._left >= pixels)
            self._left -= pixels
        try:
            yield
        finally:
            with self._changed:
                self._left += pixels
                self._changed.notify()


def _look_at(batch: Sequence[_Request]) -> list[Findings | BaseException]:
    """What the networks say of each; where that fails, of each alone."""
    first = batch[0]
    try:
        return [*look([one.frame for one in batch], first.networks, crops=first.crops)]
    except BaseException as error:  # noqa: BLE001 - raised again where it belongs
        if len(batch) == 1:
            return [error]
        return [answer for one in batch for answer in _look_at([one])]


def _pixels(request: _Request) -> int:
    width, height = request.frame.size_wh
    return width * height
