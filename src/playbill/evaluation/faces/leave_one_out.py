"""Every picture asked for when all the others are enrolled."""

from dataclasses import dataclass

import numpy as np

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.rates import Rate
from playbill.recognition.centroid import Centroids
from playbill.recognition.nearest import Nearest


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """Share for which the right person comes first; pictures without a face count as wrong."""

    pictures: int
    """Of people with at least two."""
    people: int
    nearest: Rate
    """By the closest picture (1-NN)."""
    centroid: Rate
    """By the closest mean direction."""


def leave_one_out(people: EmbeddedPeople) -> LeaveOneOut:
    """Ask for every picture of everybody with two; at least one person must have two."""
    found = np.flatnonzero(people.found)
    known, owners = np.unique(people.people[found], return_inverse=True)
    vectors = people.enrolled[found]
    asked = np.flatnonzero(np.bincount(owners)[owners] >= 2)
    counts = np.bincount(people.people)
    n = int((counts[people.people] >= 2).sum())
    right = {
        kind: (
            kind.of(vectors, owners, len(known), people.cohort).score_left_out(asked).argmax(axis=1)
            == owners[asked]
        ).sum()
        for kind in (Centroids, Nearest)
    }
    return LeaveOneOut(
        pictures=n,
        people=int((counts >= 2).sum()),
        nearest=Rate.of(float(right[Nearest]), n),
        centroid=Rate.of(float(right[Centroids]), n),
    )
