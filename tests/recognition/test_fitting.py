import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.embeddings import Embeddings
from playbill.core.ports import Recogniser
from playbill.errors import GalleryError
from playbill.recognition.audit import audit
from playbill.recognition.choice import Choice
from playbill.recognition.fitting import FittedGallery, fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.recogniser import open_recogniser
from playbill.recognition.svm import fit_svm
from tests.support.people import SCORES, SPACE, digest, enrolled, pictures, points

EYE = np.eye(16, dtype=np.float32)


def opened(fitted: FittedGallery, rate: float | None = None) -> Recogniser:
    return open_recogniser(StoredGallery(fitted, "cast", "ab" * 32), stranger_rate=rate)


def of_eye(*rows: int) -> Embeddings:
    return points(EYE[list(rows)])


def alone(name: str, row: int) -> Enrolment:
    return Enrolment(name, of_eye(row), [digest(str(row))])


def test_people_are_named_and_strangers_are_not() -> None:
    vectors, owners = pictures(8, 4, noise=0.2, dimensions=64)
    known = owners < 5
    recogniser = opened(fit(enrolled(vectors[known], owners[known]), SCORES))
    scores = recogniser.score(points(vectors))
    names = [name_of(recogniser, row) for row in scores]

    assert names[:20] == [f"Person {owner}" for owner in owners[:20]]
    assert names[20:] == [None] * 12


def name_of(recogniser: Recogniser, scores: NDArray[np.float32]) -> str | None:
    """What one row of scores says: a name from a half on."""
    best = int(scores.argmax())
    return recogniser.people[best].name if scores[best] >= 0.5 else None


def test_a_gallery_of_one_person_with_one_picture_answers() -> None:
    recogniser = opened(fit(Gallery.empty(SPACE).add(alone("Ada", 0)), SCORES))
    scores = recogniser.score(of_eye(0, 1))

    assert scores.shape == (2, 1)
    assert scores[0, 0] > 0.5 > scores[1, 0]


def test_a_gallery_of_two_people_with_one_picture_each_answers() -> None:
    recogniser = opened(fit(Gallery.empty(SPACE).add(alone("Ada", 0), alone("Bob", 1)), SCORES))

    assert (recogniser.score(of_eye(0, 1, 2)) >= 0.5).tolist() == [
        [True, False],
        [False, True],
        [False, False],
    ]


def test_frames_without_faces_get_no_scores() -> None:
    recogniser = opened(fit(enrolled(*pictures(3, 2)), SCORES))
    nothing = Embeddings(np.empty((0, 0), np.float32), SPACE)

    assert recogniser.score(nothing).shape == (0, 3)


def test_embeddings_of_another_network_are_refused_by_both_names() -> None:
    recogniser = opened(fit(Gallery.empty(SPACE).add(alone("Ada", 0)), SCORES))

    with pytest.raises(GalleryError, match=r"net@0123456789ab, found .* other@ba9876543210"):
        recogniser.score(Embeddings(EYE[:1], "other@ba9876543210"))


def test_an_empty_gallery_is_refused() -> None:
    with pytest.raises(GalleryError, match="has no people"):
        fit(Gallery.empty(SPACE), SCORES)


def test_a_small_gallery_of_a_network_without_stranger_scores_is_refused() -> None:
    with pytest.raises(GalleryError, match="does not say what strangers score"):
        fit(Gallery.empty(SPACE).add(alone("Ada", 0)))


def test_the_record_says_what_answered() -> None:
    fitted = fit(enrolled(*pictures(4, 3, noise=0.2)), SCORES, stranger_rate=0.02)
    use = opened(fitted).use

    assert (use.name, use.sha256, use.people) == ("cast", "ab" * 32, 4)
    assert use.method == fitted.choice.method
    assert use.threshold == fitted.calibration().threshold
    assert use.stranger_rate == 0.02


def test_another_stranger_rate_needs_no_new_fit() -> None:
    fitted = fit(enrolled(*pictures(30, 3)), SCORES)
    usual, careful = opened(fitted, rate=0.2).use, opened(fitted, rate=0.003).use

    assert careful.stranger_rate == 0.003
    assert careful.threshold > usual.threshold
    assert (
        careful.threshold
        == fit(fitted.gallery, SCORES, stranger_rate=0.003).calibration().threshold
    )


def test_the_svm_says_who_and_the_cosine_whether() -> None:
    vectors, owners = pictures(5, 6, noise=0.9)
    gallery = enrolled(vectors, owners)
    base = fit(gallery, SCORES)
    choice = Choice("svm", "centroid", base.choice.named, base.choice.first, base.choice.held)
    svm = fit_svm(vectors, owners, 5)
    fitted = FittedGallery(gallery, choice, svm, base.held_out, SCORES)
    faces, _ = pictures(40, 5, seed=9)
    scores = opened(fitted).score(points(faces))
    cosines = fitted.closeness().score(faces)
    first = svm.decisions(faces).argmax(axis=1)

    assert (scores.argmax(axis=1) == first).all()
    assert (first != cosines.argmax(axis=1)).any()
    of_first = cosines[np.arange(len(faces)), first]
    passed = of_first >= np.float32(fitted.calibration().threshold)
    assert ((scores.max(axis=1) >= 0.5) == passed).all()


def test_a_choice_without_its_svm_is_refused() -> None:
    base = fit(enrolled(*pictures(3, 2)), SCORES)
    choice = Choice("svm", "centroid", {}, {}, 0)

    with pytest.raises(ValueError, match="svm must go with it"):
        FittedGallery(base.gallery, choice, None, base.held_out, SCORES)


def test_pictures_under_a_wrong_name_are_found() -> None:
    vectors, owners = pictures(6, 5, noise=0.2)
    wrong = owners.copy()
    wrong[[0, 7]] = [3, 4]
    gallery = enrolled(vectors, wrong)
    doubts = audit(gallery, fit(gallery, SCORES).doubtful_from())

    assert {(doubt.person.name, doubt.other.name) for doubt in doubts} == {
        ("Person 3", "Person 0"),
        ("Person 4", "Person 1"),
    }
    assert all(doubt.own_score is not None for doubt in doubts)
    assert all(doubt.other_score > (doubt.own_score or 0) for doubt in doubts)
    assert doubts[0].other_score >= doubts[1].other_score


def test_one_wrong_picture_does_not_hide_everybody() -> None:
    vectors, owners = pictures(6, 8, noise=0.2, dimensions=64)
    wrong = owners.copy()
    wrong[0] = 3
    right, spoilt = (fit(enrolled(vectors, who), SCORES) for who in (owners, wrong))

    assert spoilt.calibration().threshold == pytest.approx(right.calibration().threshold, abs=0.1)


def test_one_person_under_two_names_is_found() -> None:
    one = Enrolment("Ada King", of_eye(0), [digest("king")])
    gallery = Gallery.empty(SPACE).add(alone("Ada Lovelace", 0), one, alone("Bob", 1))
    doubts = audit(gallery, 0.5)

    assert {(doubt.person.name, doubt.other.name) for doubt in doubts} == {
        ("Ada Lovelace", "Ada King"),
        ("Ada King", "Ada Lovelace"),
    }
    assert [doubt.own_score for doubt in doubts] == [None, None]


def test_a_sound_gallery_raises_no_doubts() -> None:
    gallery = enrolled(*pictures(6, 5, noise=0.2, dimensions=64))

    assert audit(gallery, fit(gallery, SCORES).doubtful_from()) == []
