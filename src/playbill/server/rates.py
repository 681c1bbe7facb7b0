"""How often somebody may ask: buckets that fill up again with time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Rates:
    """One bucket per key; each may be emptied at once and fills steadily (token bucket)."""

    def __init__(
        self,
        per_s: float,
        burst: float,
        *,
        most_keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s, self._burst, self._most_keys = per_s, max(burst, 1.0), most_keys
        self._clock, self._lock = clock, Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one; 0: it was there, else so many seconds until it will be."""
        with self._lock:
            left = self._left(key)
            if left < 1:
                return (1 - left) / self._per_s
            self._keep(key, left - 1)
            return 0.0

    def give(self, key: str) -> None:
        """Give back one that was taken."""
        with self._lock:
            self._keep(key, min(self._burst, self._left(key) + 1))

    def _left(self, key: str) -> float:
        now = self._clock()
        left, at = self._buckets.get(key, (self._burst, now))
        return min(self._burst, left + (now - at) * self._per_s)

    def _keep(self, key: str, left: float) -> None:
        self._buckets[key] = (left, self._clock())
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
