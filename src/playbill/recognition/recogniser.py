"""Who a face is, by a gallery: the pipeline's `Recogniser`."""

import numpy as np
from numpy.typing import NDArray

from playbill.core.embeddings import Embeddings
from playbill.core.people import Person
from playbill.core.run import GalleryUse
from playbill.recognition.gallery import require_space
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.likelihood import probabilities


class GalleryRecogniser:
    """Answers with calibrated scores: 0.5 is the threshold that strangers rarely pass."""

    def __init__(self, stored: StoredGallery, *, stranger_rate: float | None = None) -> None:
        fitted = stored.fitted
        self._closeness = fitted.closeness()
        self._svm = fitted.svm
        self._calibration = fitted.calibration(stranger_rate)
        self._people = fitted.gallery.people
        self._pictures = np.bincount(fitted.gallery.person_of_row)
        self._scores = fitted.scores
        self._space = fitted.gallery.space
        self._use = GalleryUse(
            name=stored.name,
            sha256=stored.sha256,
            people=len(self._people),
            method=fitted.choice.method,
            threshold=self._calibration.threshold,
            stranger_rate=self._calibration.stranger_rate,
        )

    @property
    def use(self) -> GalleryUse:
        """The gallery as it answers, for the run record."""
        return self._use

    @property
    def space(self) -> str:
        """The one embedding space it understands."""
        return self._space

    @property
    def people(self) -> tuple[Person, ...]:
        """The columns of `score`."""
        return self._people

    def score(self, embeddings: Embeddings) -> NDArray[np.float32]:
        """(n, people) scores, 0 to 1; a person is named from 0.5 on.

        Raises:
            GalleryError: the embeddings are of another network.
        """
        require_space(embeddings, self._space)
        if not len(embeddings):
            return np.empty((0, len(self._people)), np.float32)
        scores = self._calibration(self._closeness.score(embeddings.vectors))
        if self._svm is not None:
            _put_first(scores, self._svm.decisions(embeddings.vectors).argmax(axis=1))
        return scores

    def probabilities(self, embeddings: Embeddings) -> NDArray[np.float64] | None:
        """(n, people) how likely each face is each person's; errors as `score`."""
        require_space(embeddings, self._space)
        if not len(embeddings):
            return None
        scores = self._closeness.score(embeddings.vectors)
        return probabilities(scores, self._pictures, self._scores)


def open_recogniser(
    stored: StoredGallery, *, stranger_rate: float | None = None
) -> GalleryRecogniser:
    """Let a gallery answer; `stranger_rate` other than its own moves the threshold.

    Raises:
        GalleryError: strangers cannot be told at this rate: too few people, and no card.
    """
    return GalleryRecogniser(stored, stranger_rate=stranger_rate)


def _put_first(scores: NDArray[np.float32], first: NDArray[np.int64]) -> None:
    """Let nobody outrank each row's `first`: who scores as high gets the next smaller number."""
    every = np.arange(len(scores))
    best = scores[every, first].copy()
    np.minimum(scores, np.nextafter(best, np.float32(0))[:, None], out=scores)
    scores[every, first] = best
