"""Which frames of a damaged video can be trusted."""

from collections.abc import Collection, Iterator
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


def frames_to_await(position: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) for each frame, the one to be seen before it can be trusted, in presentation order.

    That is the latest of those decoded up to it, and the one decoded next: see `DamageFilter`.
    """
    by_decoding, by_group = np.argsort(position), np.lexsort((position, group))
    latest, after = np.empty_like(position), np.empty_like(position)
    latest[by_decoding] = np.maximum.accumulate(by_decoding)
    after[by_group] = np.append(by_group[1:], by_group[-1:])
    awaited: NDArray[np.int64] = np.maximum(latest, after)
    return awaited


class DamageFilter(Generic[Item]):
    """Lets those frames of a full decode through that no damage reaches.

    A frame that is missing, or that the decoder conceals damage in, spoils what is predicted from
    it: every frame after it in the order of decoding, up to the next entry point. Damage that made
    a frame go missing may have begun in the one before, which not every decoder notices. Since
    frames are shown before others that they are predicted from, a frame is held back until those
    and the one decoded next are seen.
    """

    def __init__(
        self,
        position: NDArray[np.int64],
        group: NDArray[np.int64],
        spoilt_groups: Collection[int] = (),
    ) -> None:
        """Take (n,) frames in presentation order.

        Args:
            position: of each frame in the order of decoding.
            group: of each frame, how many entry points have come up to it; a frame shown before the
                entry point of its own group belongs to the group before.
            spoilt_groups: no frame of these can be trusted.
        """
        self._position, self._group = position, group
        by_group = np.lexsort((position, group))
        self._awaits = frames_to_await(position, group)
        self._before = np.empty_like(position)
        self._before[by_group] = np.append(by_group[:1], by_group[:-1])
        self._next = 0
        self._held: list[tuple[int, Item]] = []
        self._spoilt = {
            g: int(position[group == g].min()) for g in {*group.tolist()} & {*spoilt_groups}
        }

    @property
    def holds_some(self) -> bool:
        """Whether frames wait for others that tell whether they are safe."""
        return bool(self._held)

    def feed(self, index: int, item: Item | None, *, damaged: bool) -> Iterator[tuple[int, Item]]:
        """Take the frame `index` (increasing); None: it is not wanted. Give those that are safe."""
        self._spoil_missing(index)
        self._next = index + 1
        if damaged:
            self._spoil(index)
        if item is not None:
            self._held.append((index, item))
        yield from self._release(index)

    def finish(self) -> Iterator[tuple[int, Item]]:
        """No more frames come: give what is safe."""
        self._spoil_missing(len(self._position))
        yield from self._release(len(self._position))

    def _spoil_missing(self, end: int) -> None:
        for missing in range(self._next, end):
            self._spoil(missing)
            self._spoil(int(self._before[missing]))

    def _spoil(self, index: int) -> None:
        group, position = int(self._group[index]), int(self._position[index])
        self._spoilt[group] = min(position, self._spoilt.get(group, position))

    def _release(self, seen: int) -> Iterator[tuple[int, Item]]:
        while self._held and self._awaits[self._held[0][0]] <= seen:
            index, item = self._held.pop(0)
            if not self._is_spoilt(index):
                yield index, item

    def _is_spoilt(self, index: int) -> bool:
        """By its own group or, where it leads into the next, by the beginning of that."""
        group, position = int(self._group[index]), int(self._position[index])
        return any(self._spoilt.get(g, position + 1) <= position for g in (group, group + 1))
