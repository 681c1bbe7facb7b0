"""Peers answer from environments of their own, and are compared face by face."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.peers.agreement import compare_faces, in_both, only_in_first
from benchmarks.peers.environments import PeerPackage, environment_python, installed_versions
from benchmarks.peers.process import Peer
from benchmarks.peers.wire import FoundFaces, load_frames, save_frames

SIZES = """
import sys
from benchmarks.peers.wire import FoundFaces, load_frames, serve, timed_each
def find(frame):
    print("noise on standard output")
    height, width = frame.shape[:2]
    return FoundFaces(boxes_xyxy=[[0, 0, width, height]], scores=[1.0], landmarks=[[[0, 0]] * 5])
serve({"faces": lambda path: timed_each(find, load_frames(path))})
"""


def faces(*rows: tuple[float, float, float]) -> FoundFaces:
    """Faces 10 pixels wide and high, from (left, top, score); landmarks at their corner."""
    return FoundFaces(
        boxes_xyxy=[[left, top, left + 10, top + 10] for left, top, _ in rows],
        scores=[score for _, _, score in rows],
        landmarks=[[[left, top]] * 5 for left, top, _ in rows],
    )


def picture(height: int, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)


def test_a_peer_answers_for_each_frame_whatever_else_it_prints() -> None:
    with Peer.run("sizes", [sys.executable, "-c", SIZES]) as peer:
        first = peer.find_faces([picture(4, 6), picture(5, 7)])
        second = peer.find_faces([picture(8, 9)])

    assert [found["boxes_xyxy"] for found in first["found"]] == [[[0, 0, 6, 4]], [[0, 0, 7, 5]]]
    assert len(first["seconds"]) == 2
    assert second["found"][0]["boxes_xyxy"] == [[0, 0, 9, 8]]


def test_a_peer_that_dies_is_quoted() -> None:
    dying = [sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit('no memory')"]

    with (
        Peer.run("dying", dying) as peer,
        pytest.raises(BenchmarkError, match="dying: ended without an answer: no memory"),
    ):
        peer.find_faces([picture(4, 6)])


def test_frames_of_many_sizes_arrive_in_order_and_unchanged(tmp_path: Path) -> None:
    frames = [picture(4, 6 + extra) for extra in range(12)]
    save_frames(tmp_path / "frames.npz", frames)

    arrived = load_frames(tmp_path / "frames.npz")

    assert len(arrived) == 12
    assert all(np.array_equal(a, b) for a, b in zip(arrived, frames, strict=True))


@pytest.mark.parametrize(
    ("ours", "theirs", "both", "missing", "extra"),
    [
        (faces(), faces(), 0, (), ()),
        (faces(), faces((0, 0, 0.9)), 0, (0.9,), ()),
        (faces((0, 0, 0.9)), faces(), 0, (), (0.9,)),
        (faces((0, 0, 0.9)), faces((3, 0, 0.8)), 1, (), ()),
        (faces((0, 0, 0.9)), faces((4, 0, 0.8)), 0, (0.8,), (0.9,)),
        (faces((0, 0, 0.9), (1, 0, 0.7)), faces((1, 0, 0.8)), 1, (), (0.9,)),
    ],
    ids=["nobody", "missed", "extra", "IoU 7/13", "IoU 6/14", "each face once"],
)
def test_faces_are_the_same_from_half_an_overlap_on(
    ours: FoundFaces,
    theirs: FoundFaces,
    both: int,
    missing: tuple[float, ...],
    extra: tuple[float, ...],
) -> None:
    agreement = compare_faces([ours], [theirs])

    assert (agreement.both, agreement.missing, agreement.extra) == (both, missing, extra)


def test_the_worst_landmark_is_told() -> None:
    agreement = compare_faces([faces((0, 0, 1)), faces((50, 50, 1))], [faces((0, 0, 1))] * 2)
    apart = compare_faces([faces((0, 0, 1))], [faces((1, 2, 1))])

    assert agreement.landmark_px == 0
    assert apart.landmark_px == pytest.approx(5**0.5)


def test_faces_of_two_peers_part_into_shared_and_own() -> None:
    a, b = [faces((0, 0, 0.9), (50, 0, 0.8))], [faces((1, 0, 0.7), (90, 0, 0.6))]

    assert in_both(a, b) == [faces((0, 0, 0.9))]
    assert only_in_first(a, b) == [faces((50, 0, 0.8))]


def peer_of(requirement: str) -> PeerPackage:
    return PeerPackage("sample", (requirement,), ("pip",), "benchmarks.peers.none")


def test_an_environment_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "made-for.txt").write_text("sample==1")

    python = environment_python(peer_of("sample==1"), tmp_path)

    assert python == tmp_path / "sample" / "bin" / "python"


def test_a_peer_that_does_not_install_is_named_and_leaves_no_environment(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="sample: cannot be installed for comparison: "):
        environment_python(peer_of(str(tmp_path / "nothing-here")), tmp_path)

    assert not (tmp_path / "sample" / "made-for.txt").exists()
    assert (tmp_path / ".gitignore").read_text() == "*\n"
    assert list(installed_versions(peer_of("x"), tmp_path)) == ["pip"]
