"""Enrolment pictures that seem to be under a wrong name."""

from dataclasses import dataclass

import numpy as np

from playbill.core.cohort import Cohort
from playbill.core.people import Person
from playbill.recognition.centroid import Centroids
from playbill.recognition.gallery import Gallery

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Doubt:
    """A picture that is nearer to somebody else than to the person it is enrolled for."""

    row: int
    """Of the gallery."""
    source: str
    """The SHA-256 of the picture."""
    person: Person
    """Under whose name it is."""
    own_score: float | None
    """Its score with the person's other pictures; None: there are none."""
    other: Person
    """Whom it looks like."""
    other_score: float
    """Its score with them; too high for a stranger."""


def audit(gallery: Gallery, min_score: float, cohort: Cohort | None = None) -> list[Doubt]:
    """List pictures that would be named as somebody else were they not enrolled, surest first.

    Args:
        gallery: at least one person.
        min_score: the score that is too high for strangers (`FittedGallery.doubtful_from`).
        cohort: beside which scores are read.
    """
    people, rows = gallery.people, gallery.person_of_row
    centroids = Centroids.of(gallery.embeddings.vectors, rows, len(people), cohort)
    own, best = np.empty((2, len(rows)), np.float32)
    other = np.empty(len(rows), np.int64)
    for part in np.array_split(np.arange(len(rows)), 1 + len(rows) // _ROWS_AT_ONCE):
        scores, every = centroids.score_left_out(part), np.arange(len(part))
        own[part] = scores[every, rows[part]]
        scores[every, rows[part]] = -np.inf
        other[part], best[part] = scores.argmax(axis=1), scores.max(axis=1)
    doubtful = np.flatnonzero((best >= min_score) & (best > own))
    return [
        Doubt(
            row=int(row),
            source=gallery.sources[row],
            person=people[rows[row]],
            own_score=float(own[row]) if np.isfinite(own[row]) else None,
            other=people[other[row]],
            other_score=float(best[row]),
        )
        for row in doubtful[np.argsort(-best[doubtful], kind="stable")]
    ]
