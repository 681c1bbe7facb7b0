"""What holds for every `Closeness`, and what holds for one."""

import numpy as np
import pytest

from playbill.recognition import nearest
from playbill.recognition.centroid import Centroids
from playbill.recognition.nearest import Nearest
from tests.support.people import pictures

Kind = type[Centroids] | type[Nearest]
KINDS: list[Kind] = [Centroids, Nearest]
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_enrolled_pictures_are_nearest_to_their_own_person(kind: Kind) -> None:
    vectors, owners = pictures(9, 4, noise=0.2)
    scores = kind.of(vectors, owners, 9).score(vectors)

    assert scores.shape == (36, 9)
    assert (scores.argmax(axis=1) == owners).all()
    assert (np.abs(scores) <= 1 + 1e-5).all()


@every_kind
def test_the_order_of_the_rows_does_not_matter(kind: Kind) -> None:
    vectors, owners = pictures(7, 5)
    order = np.random.default_rng(1).permutation(len(owners))
    scores = kind.of(vectors, owners, 7).score(vectors)
    shuffled = kind.of(vectors[order], owners[order], 7)

    np.testing.assert_allclose(shuffled.score(vectors), scores, atol=1e-5)
    left_out = kind.of(vectors, owners, 7).score_left_out(order)
    np.testing.assert_allclose(shuffled.score_left_out(np.arange(35)), left_out, atol=1e-5)


@every_kind
def test_a_left_out_row_is_scored_as_if_it_had_not_been_enrolled(kind: Kind) -> None:
    vectors, owners = pictures(6, 3)
    scores = kind.of(vectors, owners, 6).score_left_out(np.arange(18))

    for row in range(18):
        others = np.arange(18) != row
        fresh = kind.of(vectors[others], owners[others], 6).score(vectors[[row]])
        np.testing.assert_allclose(scores[row], fresh[0], atol=1e-5)


@every_kind
def test_without_its_only_picture_a_person_is_infinitely_far(kind: Kind) -> None:
    vectors, owners = pictures(3, 1)
    scores = kind.of(vectors, owners, 3).score_left_out(np.array([1]))

    assert scores[0, 1] == -np.inf
    assert np.isfinite(scores[0, [0, 2]]).all()


def test_a_person_whose_pictures_cancel_out_is_close_to_nobody() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)

    assert (Centroids.of(vectors, np.array([0, 0]), 1).score(vectors) == 0).all()


def test_nearest_looks_at_the_closest_picture_alone() -> None:
    vectors = np.array([[1, 0], [-1, 0], [0, 1]], np.float32)
    scores = Nearest.of(vectors, np.array([0, 0, 1]), 2).score(np.array([[-1, 0]], np.float32))

    assert scores.tolist() == [[1, 0]]


def test_nearest_in_small_pieces_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, owners = pictures(5, 4)
    index = Nearest.of(vectors, owners, 5)
    whole = index.score(vectors), index.score_left_out(np.arange(20))
    monkeypatch.setattr(nearest, "_CHUNK_VALUES", 50)

    np.testing.assert_allclose(index.score(vectors), whole[0], atol=1e-6)
    np.testing.assert_allclose(index.score_left_out(np.arange(20)), whole[1], atol=1e-6)
