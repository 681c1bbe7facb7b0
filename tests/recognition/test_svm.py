import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from playbill.recognition import svm
from playbill.recognition.svm import fit_svm
from tests.support.people import pictures


def loss(
    planes: NDArray[np.float32], vectors: NDArray[np.float32], own: NDArray[np.bool_]
) -> float:
    signs = np.where(own, 1.0, -1.0)
    margins = signs * (vectors.astype(float) @ planes[:-1] + planes[-1])
    return float(0.5 * (planes.astype(float) ** 2).sum() + (np.maximum(0, 1 - margins) ** 2).sum())


@pytest.mark.parametrize(("people", "each"), [(2, 3), (3, 1), (8, 30), (25, 12)])
def test_the_planes_are_those_of_scikit_learn(people: int, each: int) -> None:
    vectors, owners = pictures(people, each)
    ours = fit_svm(vectors, owners, people)

    for person in range(people):
        oracle = LinearSVC(C=1, tol=1e-8, max_iter=10_000).fit(vectors, owners == person)
        theirs = np.append(oracle.coef_[0], oracle.intercept_).astype(np.float32)
        best = loss(theirs, vectors, owners == person)
        assert loss(ours.planes[person], vectors, owners == person) <= best * 1.005 + 1e-3
        wanted = vectors @ theirs[:-1] + theirs[-1]
        np.testing.assert_allclose(ours.decisions(vectors)[:, person], wanted, atol=0.15)


def test_it_is_right_as_often_as_scikit_learn() -> None:
    vectors, owners = pictures(40, 40, noise=1.0, seed=3)
    held = np.arange(len(owners)) % 2 == 0
    ours = fit_svm(vectors[~held], owners[~held], 40).decisions(vectors[held])
    theirs = LinearSVC(C=1).fit(vectors[~held], owners[~held]).decision_function(vectors[held])

    ours_right, theirs_right = (
        (scores.argmax(axis=1) == owners[held]).mean() for scores in (ours, theirs)
    )
    assert 0.5 < theirs_right < 0.95
    assert ours_right == pytest.approx(theirs_right, abs=0.01)


def test_blocks_of_people_and_rows_do_not_change_the_planes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(svm, "_TOLERANCE", 1e-5)
    monkeypatch.setattr(svm, "_MAX_ROUNDS", 300)
    vectors, owners = pictures(10, 60)
    whole = fit_svm(vectors, owners, 10)
    monkeypatch.setattr(svm, "_BLOCK_VALUES", 3 * len(vectors))
    monkeypatch.setattr(svm, "_CHUNK_VALUES", 1)
    parts = fit_svm(vectors, owners, 10)

    np.testing.assert_allclose(parts.decisions(vectors), whole.decisions(vectors), atol=0.02)


def test_the_order_of_the_rows_does_not_matter() -> None:
    vectors, owners = pictures(6, 20)
    order = np.random.default_rng(1).permutation(len(owners))
    ours = fit_svm(vectors, owners, 6).decisions(vectors)
    shuffled = fit_svm(vectors[order], owners[order], 6).decisions(vectors)

    np.testing.assert_allclose(shuffled, ours, atol=0.02)


def test_one_person_alone_is_on_the_right_side() -> None:
    vectors, owners = pictures(1, 5)

    assert (fit_svm(vectors, owners, 1).decisions(vectors) > 0).all()


def test_two_people_with_the_same_picture_get_the_same_plane() -> None:
    vectors = np.eye(1, 4, dtype=np.float32).repeat(2, axis=0)
    first, second = fit_svm(vectors, np.array([0, 1]), 2).planes

    np.testing.assert_allclose(first, second, atol=1e-4)
