import numpy as np
import pytest

from playbill.core.score_table import ScoreTable
from playbill.recognition.expectation import expect
from playbill.recognition.fitting import fit
from playbill.recognition.gallery import Gallery
from playbill.recognition.network_scores import NetworkScores
from tests.support.people import CARD, SCORES, SPACE, enrolled, enrolments, pictures

KNOWN = ScoreTable((1, 4), (0.01, 0.5, 0.99), ((0.3, 0.6, 0.9), (0.5, 0.8, 1.1)))
MEASURED = NetworkScores(strangers=CARD, known=KNOWN)


def test_whoever_has_one_picture_is_named_less_often_and_needs_more() -> None:
    vectors, owners = pictures(2, 4, noise=0.1)
    kept = (owners == 0) | (np.arange(8) == 4)
    fitted = fit(enrolled(vectors[kept], owners[kept]), MEASURED)

    found = expect(fitted)

    threshold = fitted.calibration().threshold
    once, often = (1 - KNOWN.share_below(threshold, count) for count in (1, 4))
    assert found is not None
    assert found.named == pytest.approx((once + often) / 2)
    [needs] = found.needs
    assert (needs.person.name, needs.pictures) == ("Person 1", 1)
    assert needs.named == pytest.approx(once)
    assert needs.named_with_more > needs.named


def test_a_picture_unlike_the_others_of_its_person_is_told() -> None:
    vectors, owners = pictures(3, 5, noise=0.1)
    strange = np.array(vectors)
    strange[3] = -vectors[3]
    gallery = Gallery.empty(SPACE).add(*enrolments(strange, owners))

    found = expect(fit(gallery, MEASURED))

    assert found is not None
    [odd] = found.odd
    assert odd.source == gallery.sources[3]
    assert odd.person.name == "Person 0"
    assert odd.score < 0


def test_pictures_that_look_alike_are_not_odd() -> None:
    found = expect(fit(enrolled(*pictures(3, 5, noise=0.1)), MEASURED))

    assert found is not None
    assert found.odd == ()


def test_where_nobody_has_measured_known_faces_nothing_is_promised() -> None:
    assert expect(fit(enrolled(*pictures(3, 5, noise=0.1)), SCORES)) is None
