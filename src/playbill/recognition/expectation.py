"""What a gallery is likely to do, and what would help it, before it has seen a single face."""

from dataclasses import dataclass

import numpy as np

from playbill.core.people import Person
from playbill.recognition.centroid import Centroids
from playbill.recognition.fitting import FittedGallery

OFTEN_ENOUGH = 0.95
"""Whoever is expected to be named less often needs pictures."""
ODD_SHARE = 0.01
"""Of known faces' scores: a picture that scores less with its own person's others is an odd one."""
MOST_TOLD = 3
_MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class NeedsPictures:
    """Somebody who is missed too often."""

    person: Person
    pictures: int
    named: float
    """The share of their faces that is expected to be named ..."""
    named_with_more: float
    """... and with twice as many pictures."""


@dataclass(frozen=True, slots=True)
class OddPicture:
    """A picture that hardly looks like the others of its person: it draws strangers to them."""

    source: str
    """The SHA-256 of the picture."""
    person: Person
    score: float
    """With the person's other pictures."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Of faces like those that the network's scores were measured on."""

    named: float
    """The share of known faces that get their name, everybody weighing the same."""
    needs: tuple[NeedsPictures, ...]
    """Those who are missed most, at most three."""
    odd: tuple[OddPicture, ...]
    """The oddest pictures, at most three."""


def expect(fitted: FittedGallery) -> Expectation | None:
    """What the gallery will do at its own threshold; None: nobody has measured known faces."""
    known = fitted.scores.known
    if known is None:
        return None
    threshold, people = fitted.calibration().threshold, fitted.gallery.people
    counts = np.bincount(fitted.gallery.person_of_row)
    named = {n: 1 - known.share_below(threshold, n) for n in {*counts, *(2 * counts)}}
    shares = np.array([named[n] for n in counts])
    worst = np.argsort(shares, kind="stable")[:MOST_TOLD]
    needs = tuple(
        NeedsPictures(people[i], int(counts[i]), float(shares[i]), float(named[2 * counts[i]]))
        for i in worst
        if shares[i] < OFTEN_ENOUGH
    )
    return Expectation(float(shares.mean()), needs, _odd_pictures(fitted))


def _odd_pictures(fitted: FittedGallery) -> tuple[OddPicture, ...]:
    gallery, known = fitted.gallery, fitted.scores.known
    counts = np.bincount(gallery.person_of_row)
    rows = np.flatnonzero(counts[gallery.person_of_row] > 1)[:_MOST_ROWS]
    if known is None or not len(rows):
        return ()
    owners = gallery.person_of_row[rows]
    centroids = Centroids.of(
        gallery.embeddings.vectors, gallery.person_of_row, len(counts), fitted.scores.cohort
    )
    own = centroids.score_left_out(rows)[np.arange(len(rows)), owners]
    least = np.array([known.score(ODD_SHARE, int(counts[owner]) - 1) for owner in owners])
    odd = np.flatnonzero(own < least)
    return tuple(
        OddPicture(gallery.sources[rows[i]], gallery.people[owners[i]], float(own[i]))
        for i in odd[np.argsort(own[odd] - least[odd], kind="stable")][:MOST_TOLD]
    )
