import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.cohort import (
    NEIGHBOURS,
    SHARE,
    Cohort,
    likeness,
    paired_likeness,
    probes,
    references,
    unit,
)

D = 24


def points(n: int, seed: int, *, lean: float = 0.0) -> NDArray[np.float32]:
    """Directions that lean towards the first axis."""
    rows = np.random.default_rng(seed).normal(size=(n, D))
    rows[:, 0] += lean
    return unit(rows.astype(np.float32))


def cohort_of(faces: NDArray[np.float32]) -> Cohort:
    mean = faces.mean(axis=0)
    return Cohort(mean, unit(faces - mean))


def by_the_book(
    p: NDArray[np.float32], g: NDArray[np.float32], cohort: Cohort, neighbours: int
) -> float:
    """The score of one pair, written out as the definition has it."""
    placed = [(x - cohort.mean) / np.linalg.norm(x - cohort.mean) for x in (p, g)]
    near = [np.sort(cohort.directions @ x)[::-1][:neighbours].mean() for x in placed]
    return float(placed[0] @ placed[1] - SHARE * (near[0] + near[1]) / 2)


def test_the_product_of_probes_and_references_is_the_score_of_the_definition() -> None:
    cohort = cohort_of(points(100, 1, lean=1.0))
    faces, others = points(5, 2), points(7, 3)

    scores = likeness(faces, others, cohort)

    assert scores.shape == (5, 7)
    expected = [[by_the_book(p, g, cohort, NEIGHBOURS) for g in others] for p in faces]
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    np.testing.assert_allclose(
        paired_likeness(faces, others[:5], cohort), np.diag(scores), atol=1e-5
    )


def test_a_cohort_of_fewer_directions_than_neighbours_lends_all_of_them() -> None:
    cohort = cohort_of(points(4, 1))
    faces = points(3, 2)

    expected = [[by_the_book(p, g, cohort, 4) for g in faces] for p in faces]
    np.testing.assert_allclose(likeness(faces, faces, cohort), expected, atol=1e-5)


def test_without_a_cohort_the_score_is_the_cosine() -> None:
    faces, others = points(5, 2), points(7, 3)

    assert probes(faces, None) is faces
    assert references(others, None) is others
    np.testing.assert_array_equal(likeness(faces, others, None), faces @ others.T)


def test_it_does_not_matter_which_of_two_faces_asks() -> None:
    cohort = cohort_of(points(60, 1, lean=0.5))
    faces, others = points(4, 2), points(4, 3)

    there, back = likeness(faces, others, cohort), likeness(others, faces, cohort)

    np.testing.assert_allclose(there, back.T, atol=1e-6)


def test_a_face_that_is_near_to_everybody_scores_with_strangers_as_others_do() -> None:
    def crowd(seed: int) -> NDArray[np.float32]:
        return np.concatenate([points(300, seed), points(100, seed + 50, lean=6.0)])

    cohort, strangers = cohort_of(crowd(1)), crowd(2)
    hubs, plain = points(50, 3, lean=6.0), points(50, 4)

    def near(faces: NDArray[np.float32], by: Cohort | None) -> float:
        return float(np.sort(likeness(faces, strangers, by), axis=1)[:, -20:].mean())

    before = near(hubs, None) - near(plain, None)
    after = near(hubs, cohort) - near(plain, cohort)
    assert before > 0.1
    assert abs(after) < before / 2


def test_many_faces_are_held_against_the_cohort_in_parts_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cohort = cohort_of(points(50, 1))
    faces = points(20, 2)
    whole = likeness(faces, faces, cohort)
    monkeypatch.setattr("playbill.core.cohort._CHUNK_ROWS", 3)

    np.testing.assert_allclose(likeness(faces, faces, cohort), whole, atol=1e-6)


@pytest.mark.parametrize(
    ("mean", "directions", "complaint"),
    [
        (np.zeros(2), np.empty((0, 2)), "at least one direction"),
        (np.zeros(2), [[2.0, 0.0]], "must have length 1"),
        (np.zeros(2), [[1.0, 0.0, 0.0]], "directions must have shape"),
        ([0.0, np.nan], [[1.0, 0.0]], "must be finite"),
    ],
)
def test_a_cohort_that_cannot_be_is_refused(mean, directions, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=complaint):
        Cohort(np.asarray(mean, np.float32), np.asarray(directions, np.float32))
