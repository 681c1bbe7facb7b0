"""Asking a gallery of mean directions for faces: the same method for every network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.faces.embedding import UNLIKE, EmbeddedPeople
from playbill.evaluation.faces.trials import Trial
from playbill.recognition.centroid import Centroids

NOBODY = -1
"""The number of no person."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What came of one trial."""

    trial: Trial
    right: NDArray[np.bool_]
    """(probes,) whether the right person came first; never without a face."""
    scores: NDArray[np.float32]
    """(probes,) of whoever came first; `UNLIKE` without a face."""
    stranger_scores: NDArray[np.float32]
    """(strangers,) the same."""
    enrolled_people: int
    """With at least one picture that shows a face."""


def search(people: EmbeddedPeople, trial: Trial) -> Search:
    """Enrol what has a face, and ask for the probes and for the strangers.

    Probes without a face are misses, as failures of acquisition are in NIST's FRTE; so is
    everybody where no picture that is to be enrolled shows a face.
    """
    found = people.found
    enrolled = trial.enrolled[found[trial.enrolled]]
    known, owners = np.unique(people.people[enrolled], return_inverse=True)
    gallery = Centroids.of(people.enrolled[enrolled], owners, len(known), people.cohort)
    first, scores = _first(gallery, people, trial.probes)
    strangers = _first(gallery, people, trial.strangers)[1]
    answers = known[first] if len(known) else np.full(len(first), NOBODY)
    right = (answers == people.people[trial.probes]) & found[trial.probes]
    return Search(trial, right, scores, strangers, len(known))


def _first(
    gallery: Centroids, people: EmbeddedPeople, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Who comes first for each row, and with what score; of an empty gallery number 0."""
    scores = gallery.score(people.vectors[rows])
    first = scores.argmax(axis=1) if scores.size else np.zeros(len(rows), np.int64)
    best = scores.max(axis=1, initial=UNLIKE)
    return first, np.where(people.found[rows], best, np.float32(UNLIKE))
