"""Pictures of several requests are looked at together, and each gets what is its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from time import sleep

import numpy as np
import pytest

from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.errors import ModelError
from playbill.pipeline.findings import Findings
from playbill.pipeline.networks import Networks, look
from playbill.server.batching import Batcher, PixelRoom
from tests.support.fakes import BlueIsADog, BrightnessFaces, ColourEmbedder

BAD = 13
"""The red of a picture that no network can look at."""


def picture(red: int, side: int = 8) -> Frame:
    return Frame.still(np.full((side, side, 3), (red, 0, 0), np.uint8))


class Held(BlueIsADog):
    """Lets nothing through before it is told to, and writes down what it saw together."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []
        self.came, self.go = Event(), Event()

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        reds = [int(frame.image[0, 0, 0]) for frame in frames]
        self.batches.append(reds)
        self.came.set()
        assert self.go.wait(30)
        if BAD in reds:
            raise ModelError("this picture is bad")
        return super().detect(frames)


@pytest.fixture
def objects() -> Held:
    return Held()


@pytest.fixture
def networks(objects: Held) -> Networks:
    return Networks(BrightnessFaces(), ColourEmbedder(), objects)


Ask = Callable[..., "Future[list[Findings]]"]


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(16)


def asked(
    pool: ThreadPoolExecutor, batcher: Batcher, networks: Networks, frames: Sequence[Frame]
) -> list["Future[list[Findings]]"]:
    """Each frame asked about by a thread of its own, one after the other."""
    futures = []
    for frame in frames:
        futures.append(pool.submit(batcher.look, [frame], networks, crops=False))
        sleep(0.02)
    return futures


def test_those_that_come_while_networks_run_are_looked_at_together_in_order(
    pool: ThreadPoolExecutor, objects: Held, networks: Networks
) -> None:
    batcher = Batcher(lanes=1, most_pictures=3)
    first = asked(pool, batcher, networks, [picture(1)])
    assert objects.came.wait(30)
    others = asked(pool, batcher, networks, [picture(red) for red in range(2, 8)])
    objects.go.set()

    answers = [future.result(30) for future in [*first, *others]]

    assert objects.batches == [[1], [2, 3, 4], [5, 6, 7]]
    for red, [found] in enumerate(answers, 1):
        [alone] = look([picture(red)], networks, crops=False)
        assert found.embeddings is not None
        assert alone.embeddings is not None
        np.testing.assert_array_equal(found.embeddings.vectors, alone.embeddings.vectors)
        np.testing.assert_array_equal(found.faces.boxes_xyxy, alone.faces.boxes_xyxy)


def test_a_picture_alone_waits_for_nobody(objects: Held, networks: Networks) -> None:
    objects.go.set()

    assert len(Batcher().look([picture(1)], networks, crops=False)) == 1
    assert objects.batches == [[1]]


def test_an_error_is_of_the_picture_that_made_it(
    pool: ThreadPoolExecutor, objects: Held, networks: Networks
) -> None:
    batcher = Batcher(lanes=1)
    first = asked(pool, batcher, networks, [picture(1)])
    assert objects.came.wait(30)
    good, bad, other = asked(pool, batcher, networks, [picture(2), picture(BAD), picture(3)])
    objects.go.set()

    with pytest.raises(ModelError, match="this picture is bad"):
        bad.result(30)
    assert [len(future.result(30)) for future in (*first, good, other)] == [1, 1, 1]
    assert objects.batches == [[1], [2, BAD, 3], [2], [BAD], [3]]


def test_large_pictures_and_other_networks_are_not_put_together(
    pool: ThreadPoolExecutor, objects: Held, networks: Networks
) -> None:
    batcher = Batcher(lanes=1, most_pixels=3 * 64)
    nobody = Networks(networks.faces, None, objects)
    first = asked(pool, batcher, networks, [picture(1)])
    assert objects.came.wait(30)
    others = asked(pool, batcher, networks, [picture(2), picture(3, side=16), picture(4)])
    others += asked(pool, batcher, nobody, [picture(5), picture(6)])
    objects.go.set()

    answers = [future.result(30) for future in [*first, *others]]

    assert objects.batches == [[1], [2], [3], [4], [5, 6]]
    assert [found.embeddings is None for [found] in answers] == [False] * 4 + [True] * 2


def test_as_many_batches_run_at_once_as_there_are_lanes(
    pool: ThreadPoolExecutor, objects: Held, networks: Networks
) -> None:
    futures = asked(pool, Batcher(lanes=2), networks, [picture(red) for red in range(1, 6)])
    before = list(objects.batches)
    objects.go.set()
    for future in futures:
        future.result(30)

    assert before == [[1], [2]]
    assert objects.batches == [[1], [2], [3, 4, 5]]


def test_decoded_pixels_have_an_end_and_a_large_picture_is_not_passed() -> None:
    room, order, gone = PixelRoom(100), list[str](), Event()

    def come(name: str, pixels: int) -> Thread:
        def hold() -> None:
            with room.taken(pixels):
                order.append(name)
                assert name != "first" or gone.wait(30)

        thread = Thread(target=hold)
        thread.start()
        sleep(0.05)
        return thread

    threads = [come("first", 60), come("large", 100), come("small", 10)]
    before = list(order)
    gone.set()
    for thread in threads:
        thread.join(30)

    assert before == ["first"]
    assert order == ["first", "large", "small"]
