"""Work ahead in a thread, so that decoding and inference overlap."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last thing in the queue: how the iteration ended."""

    error: BaseException | None


def prefetch(items: Iterable[Item], ahead: int) -> Generator[Item, None, None]:
    """Yield `items`, made in another thread, which is at most `ahead` items ahead.

    What the iteration raises is raised here. When the consumer stops early, the thread stops too,
    before this generator's `close` returns.
    """
    queue: Queue[Item | _Ended] = Queue(maxsize=ahead)
    stopped = Event()
    thread = Thread(target=_fill, args=(queue, items, stopped), name="prefetch", daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _Ended):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        thread.join()


def in_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut `items` into lists of `size`; the last may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _fill(queue: Queue[Item | _Ended], items: Iterable[Item], stopped: Event) -> None:
    error: BaseException | None = None
    try:
        for item in items:
            if not _put(queue, item, stopped):
                return
    except BaseException as raised:  # noqa: BLE001 - it is raised again in the consumer's thread
        error = raised
    _put(queue, _Ended(error), stopped)


def _put(queue: Queue[Item | _Ended], item: Item | _Ended, stopped: Event) -> bool:
    """Put `item` as soon as there is room; False when the consumer is gone."""
    while not stopped.is_set():
        with suppress(Full):
            queue.put(item, timeout=0.1)
            return True
    return False
