"""From a gallery to a fitted gallery: the method chosen, the planes found, strangers held out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.errors import GalleryError
from playbill.recognition.audit import audit
from playbill.recognition.calibration import Calibration, HeldOut, calibrate, sample_rows
from playbill.recognition.choice import NEAR, Choice, choose_method
from playbill.recognition.closeness import Closeness
from playbill.recognition.gallery import Gallery
from playbill.recognition.network_scores import UNMEASURED, NetworkScores
from playbill.recognition.svm import LinearSvm, fit_svm

STRANGER_RATE = 0.01
WRONG_NAME_SHARE = 0.001
"""Of the stranger rate: how many strangers score so high with somebody that a picture which does,
and higher than with its own person, is taken for one under a wrong name."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedGallery:
    """A gallery that can answer."""

    gallery: Gallery
    choice: Choice
    svm: LinearSvm | None
    """Where the choice is `svm`."""
    held_out: HeldOut
    scores: NetworkScores
    """What scores mean under the gallery's network, as they were when it was fitted."""
    stranger_rate: float = STRANGER_RATE
    """At most this share of strangers is to be named, unless another rate is asked for."""

    def __post_init__(self) -> None:
        if (self.svm is not None) != (self.choice.method == "svm"):
            raise ValueError(f"choice is {self.choice.method}, svm must go with it")
        if not 0 < self.stranger_rate < 1:
            raise ValueError(f"stranger_rate must lie between 0 and 1, got {self.stranger_rate}")

    def calibration(self, stranger_rate: float | None = None) -> Calibration:
        """The threshold for a rate, the gallery's own by default; nothing is fitted again.

        Raises:
            GalleryError: there is neither a card nor a large enough gallery.
        """
        return calibrate(
            self.held_out,
            self.scores.strangers,
            self.stranger_rate if stranger_rate is None else stranger_rate,
            people=len(self.gallery.people),
            rivals=rivals(self.gallery, self.choice),
        )

    def doubtful_from(self) -> float:
        """The score with another person from which on an enrolled picture is to be looked at.

        It is the card's threshold, which pictures under wrong names cannot raise; without a card,
        the gallery's.
        """
        strangers = self.scores.strangers
        if strangers is None:
            return self.calibration().threshold
        return strangers.best_exceeded_by(self.stranger_rate, rivals(self.gallery, self.choice))

    def closeness(self) -> Closeness:
        """What says whether a face is anybody's; an SVM is asked only who it is."""
        return closeness(self.gallery, self.choice, self.scores.cohort)


def fit(
    gallery: Gallery,
    scores: NetworkScores = UNMEASURED,
    *,
    stranger_rate: float = STRANGER_RATE,
    seed: int = 0,
    choice: Choice | None = None,
) -> FittedGallery:
    """Choose what answers for this gallery, fit it on all pictures, and hold strangers out.

    Args:
        gallery: at least one person.
        scores: what scores mean under the gallery's network.
        stranger_rate: at most this share of strangers is to be named.
        seed: of the lots that decide what is held.
        choice: what is to answer, of `compare_methods`; None: the best.

    Raises:
        GalleryError: nobody is enrolled; or nobody has measured what strangers score, and there are
            too few people to do without.
    """
    if not gallery.people:
        raise GalleryError("the gallery has no people, expected at least one with a picture")
    vectors, rows, people = gallery.embeddings.vectors, gallery.person_of_row, len(gallery.people)
    if choice is None:
        choice = choose_method(
            vectors, rows, people, stranger_rate=stranger_rate, cohort=scores.cohort, seed=seed
        )
    svm = fit_svm(vectors, rows, people) if choice.method == "svm" else None
    sound = gallery.picked(_rows_under_right_names(gallery, choice, scores, stranger_rate))
    sampled = sample_rows(sound.person_of_row, seed=seed)
    held_out = HeldOut.of(closeness(sound, choice, scores.cohort), sound.person_of_row, sampled)
    fitted = FittedGallery(gallery, choice, svm, held_out, scores, stranger_rate)
    fitted.calibration()
    return fitted


def closeness(gallery: Gallery, choice: Choice, cohort: Cohort | None) -> Closeness:
    """The scores that go with the choice."""
    people = len(gallery.people)
    return NEAR[choice.near].of(gallery.embeddings.vectors, gallery.person_of_row, people, cohort)


def rivals(gallery: Gallery, choice: Choice) -> int:
    """With how many a face is compared: centroids, or pictures."""
    return len(gallery) if choice.near == "nearest" else len(gallery.people)


def _rows_under_right_names(
    gallery: Gallery, choice: Choice, scores: NetworkScores, stranger_rate: float
) -> NDArray[np.int64]:
    """The rows that may stand for strangers and be met by them.

    One picture under a wrong name shows "strangers" who score as high as the person themselves: in
    a small gallery it would move the threshold so far that hardly anybody is named.
    """
    every = np.arange(len(gallery))
    if scores.strangers is None:
        return every
    share = WRONG_NAME_SHARE * stranger_rate / rivals(gallery, choice)
    level = scores.strangers.exceeded_by(share)
    wrong = [
        doubt.row for doubt in audit(gallery, level, scores.cohort) if doubt.own_score is not None
    ]
    return np.setdiff1d(every, wrong)
