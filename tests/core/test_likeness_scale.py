import numpy as np

from playbill.core.cohort import Cohort, likeness, unit
from playbill.core.likeness_scale import COSINES, LikenessScale

ROWS = unit(np.random.default_rng(0).normal(size=(60, 12)).astype(np.float32))
COHORT = Cohort(ROWS.mean(axis=0), ROWS)
FACE, OTHERS = ROWS[0], ROWS[1:20]


def test_without_a_cohort_it_is_the_cosine() -> None:
    placed = COSINES.placed(OTHERS)

    np.testing.assert_allclose(COSINES.likeness(FACE, placed), OTHERS @ FACE, atol=1e-6)


def test_beside_a_cohort_one_half_is_where_the_scale_says() -> None:
    scores = likeness(FACE[None], OTHERS, COHORT)[0]
    scale = LikenessScale(COHORT, half=float(np.sort(scores)[9]))

    found = scale.likeness(FACE, scale.placed(OTHERS))

    assert found[np.argsort(scores)[9]] == np.float32(0.5)
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_the_order_is_that_of_the_scores() -> None:
    scale = LikenessScale(COHORT, half=0.1)

    found = scale.likeness(FACE, scale.placed(OTHERS))

    scores = likeness(FACE[None], OTHERS, COHORT)[0]
    assert np.argsort(found).tolist() == np.argsort(scores).tolist()
