"""Packets by their numbers, wherever reading begins."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.media.containers import open_container, video_stream
from playbill.media.numbered import NumberedPackets
from playbill.media.packets import PacketScan, scan_packets
from tests.support.clips import numbered_clip

FRAMES, GROUP = 60, 12
OPTIONS = {"g": str(GROUP), "bf": "2", "preset": "veryfast"}


@pytest.fixture(scope="module", params=[".mp4", ".mkv"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / f"a{request.param}"
    return numbered_clip(path, frames=FRAMES, options=OPTIONS)


def scanned(path: Path) -> PacketScan:
    with open_container(path) as container:
        return scan_packets(container, video_stream(container, path))


def sought(
    path: Path, scan: PacketScan, start: int, stop: int = FRAMES
) -> list[tuple[int, int | None]] | None:
    """Numbers and times of the packets from `start` on, found by seeking."""
    with open_container(path) as container:
        packets = NumberedPackets.sought(container, video_stream(container, path), scan, start)
        if packets is None:
            return None
        return [(number, packet.pts) for number, packet in packets.between(start, stop)]


@pytest.mark.parametrize("start", [0, GROUP, 2 * GROUP, 4 * GROUP])
def test_seeking_finds_the_packets_that_reading_finds(clip: Path, start: int) -> None:
    scan = scanned(clip)

    assert sought(clip, scan, start) == [(i, int(scan.pts[i])) for i in range(start, FRAMES)]


def test_what_lies_before_is_not_read(clip: Path) -> None:
    with open_container(clip) as container:
        stream = video_stream(container, clip)
        packets = NumberedPackets.sought(container, stream, scanned(clip), 3 * GROUP)
        assert packets is not None
        assert next(packets.between(0, FRAMES))[0] == 3 * GROUP


Times = NDArray[np.int64]


def doubled(pts: Times) -> Times:
    return np.where(np.arange(len(pts)) == 0, pts[2 * GROUP], pts)


@pytest.mark.parametrize(
    "change",
    [doubled, lambda pts: pts + 1, lambda pts: pts[::-1]],
    ids=["a time comes twice", "other times", "another order"],
)
def test_packets_that_are_not_those_that_were_scanned_are_not_trusted(
    clip: Path, change: Callable[[Times], Times]
) -> None:
    scan = scanned(clip)
    wrong = replace(scan, pts=change(scan.pts))

    assert sought(clip, wrong, 2 * GROUP) is None


def test_packets_that_come_on_the_way_must_be_those_that_were_scanned(clip: Path) -> None:
    scan, start = scanned(clip), 2 * GROUP + 5
    pts = scan.pts.copy()
    pts[[start - 3, start - 2]] = pts[[start - 2, start - 3]]

    assert sought(clip, scan, start, start + 1) == [(start, int(scan.pts[start]))]
    assert sought(clip, replace(scan, pts=pts), start) is None


def test_packets_from_a_place_on_are_given_again(clip: Path) -> None:
    with open_container(clip) as container:
        packets = NumberedPackets.read(container, video_stream(container, clip))

        first = [number for number, _ in packets.between(2, 9, keep=6)]
        again = [number for number, _ in packets.between(6, 12)]

    assert first == list(range(2, 9))
    assert again == list(range(6, 12))


def test_packets_are_given_again_to_whoever_stopped_early(clip: Path) -> None:
    with open_container(clip) as container:
        packets = NumberedPackets.read(container, video_stream(container, clip))

        reading = packets.between(0, 9, keep=3)
        for number, _ in reading:
            if number == 5:
                break
        reading.close()

        assert [number for number, _ in packets.between(3, 8)] == [3, 4, 5, 6, 7]
