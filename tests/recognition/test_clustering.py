"""Groups of points without names."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from playbill.recognition.clustering import whisper
from playbill.recognition.neighbours import Edges, nearest


def around(centres: int, each: int, *, noise: float = 0.05, seed: int = 0) -> NDArray[np.float32]:
    """(centres x each, 64) unit vectors near to `centres` that are far from one another."""
    chance = np.random.default_rng(seed)
    middles = np.eye(64)[:centres].repeat(each, axis=0)
    points = middles + chance.normal(scale=noise, size=middles.shape)
    unit: NDArray[np.float32] = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit.astype(np.float32)


def edges_of(vectors: NDArray[np.float32], *, least: float = 0.5, k: int = 8) -> Edges:
    return nearest(vectors, [(np.arange(len(vectors)), vectors)], k=k, least=least)


def groups(labels: dict[int, int]) -> set[frozenset[int]]:
    return {frozenset(r for r in labels if labels[r] == label) for label in labels.values()}


def test_points_around_five_centres_make_five_groups() -> None:
    found = whisper(edges_of(around(5, 8)), 40, given={})

    assert groups(found) == {frozenset(range(8 * i, 8 * i + 8)) for i in range(5)}


def test_a_new_point_joins_the_group_that_is_there_and_the_group_keeps_its_label() -> None:
    points = around(2, 4)
    old, new = points[[0, 1, 2]], points[[3, 4]]
    blocks = [(np.array([0, 1]), new), (np.array([2, 3, 4]), old)]

    found = whisper(nearest(new, blocks, k=4, least=0.5), 2, given={2: 70, 3: 70, 4: 70})

    assert found[0] == 70
    assert found[1] < 0


def test_of_two_groups_as_near_the_one_that_was_there_is_joined() -> None:
    both = Edges(np.array([0, 0]), np.array([1, 2]), np.array([0.9, 0.9], np.float32))

    assert whisper(both, 2, given={2: 70}) == {0: 70, 1: 70}


def test_two_faces_of_one_frame_never_share_a_group() -> None:
    found = whisper(edges_of(around(1, 6)), 6, given={}, apart=[(0, 1)])

    assert found[0] != found[1]


def test_a_point_like_nobody_is_a_group_of_its_own() -> None:
    assert groups(whisper(edges_of(around(4, 1)), 4, given={})) == {
        frozenset([i]) for i in range(4)
    }


def test_the_same_seed_gives_the_same_groups() -> None:
    edges = edges_of(around(6, 9, noise=0.12, seed=3), least=0.3)

    assert whisper(edges, 54, given={}, seed=5) == whisper(edges, 54, given={}, seed=5)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 30), st.integers(1, 5), st.integers(1, 7), st.floats(-0.5, 0.9), st.integers(0)
)
def test_nearest_finds_what_a_whole_matrix_of_cosines_says(
    n: int, k: int, block: int, least: float, seed: int
) -> None:
    vectors = around(3, n, noise=0.3, seed=seed % 1000)
    numbers = np.arange(len(vectors)) + 100
    blocks = [
        (numbers[i : i + block], vectors[i : i + block]) for i in range(0, len(vectors), block)
    ]

    found = nearest(vectors, blocks, k=k, least=least)

    cosines = vectors @ vectors.T
    for row in range(len(vectors)):
        expected = np.sort(cosines[row][cosines[row] >= least])[::-1][:k]
        got = np.sort(found.scores[found.sources == row])[::-1]
        np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_allclose(cosines[found.sources, found.targets - 100], found.scores, atol=1e-5)
