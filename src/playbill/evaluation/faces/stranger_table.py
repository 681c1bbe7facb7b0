"""What strangers score under a face network, for its card: how "unknown" gets its threshold."""

import numpy as np
from numpy.typing import NDArray

from playbill.errors import DatasetError
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.models.cards import Strangers

CENTROIDS_OF = (1, 2, 4, 8)
"""Pictures that the centroids are made of; of each quantile the highest stands in the table."""
SHARES = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
FEWEST_BEYOND = 3
"""Pairs that must lie above a quantile: fewer say nothing of where it is."""
DIGITS = 3


def measure_strangers(people: EmbeddedPeople, measured_on: str, *, seed: int = 0) -> Strangers:
    """Cosines between people with one picture and centroids of the others.

    Args:
        people: of whom the network has learned nothing.
        measured_on: names the data, for a person to read.
        seed: of which pictures make a centroid.

    Raises:
        DatasetError: there are too few of either.
    """
    rows = np.flatnonzero(people.found)
    owners, counts = np.unique(people.people[rows], return_counts=True)
    lonely = rows[np.isin(people.people[rows], owners[counts == 1])]
    known = owners[counts > 1]
    if len(lonely) * len(known) < FEWEST_BEYOND / (1 - SHARES[1]):
        raise DatasetError(
            f"{people.pictures.folder}: found {len(lonely)} people with one picture and "
            f"{len(known)} with more, expected enough of both to pair them"
        )
    cosines = [
        (people.vectors[lonely] @ _centroids(people, rows, known, count, seed).T).ravel()
        for count in CENTROIDS_OF
    ]
    fewest = min(len(some) for some in cosines)
    shares = [share for share in SHARES if (1 - share) * fewest >= FEWEST_BEYOND]
    quantiles = np.max([np.quantile(some, shares) for some in cosines], axis=0)
    return Strangers(
        mean=round(float(max(some.mean() for some in cosines)), DIGITS),
        std=round(float(max(some.std() for some in cosines)), DIGITS),
        quantiles=tuple(zip(shares, (round(float(q), DIGITS) for q in quantiles), strict=True)),
        n=sum(len(some) for some in cosines),
        measured_on=(
            f"{len(lonely)} people with one picture in {measured_on}, beside centroids of up to "
            f"{', '.join(map(str, CENTROIDS_OF))} pictures of {len(known)} others: of each "
            f"quantile the highest; {people.space}"
        ),
    )


def _centroids(
    people: EmbeddedPeople,
    rows: NDArray[np.int64],
    known: NDArray[np.int64],
    count: int,
    seed: int,
) -> NDArray[np.float32]:
    """(k, d) of length 1: the mean of at most `count` pictures of each."""
    random = np.random.default_rng(seed)
    owners = people.people[rows]
    means = [
        people.vectors[random.permutation(rows[owners == person])[:count]].mean(axis=0)
        for person in known
    ]
    centroids = np.stack(means)
    unit: NDArray[np.float32] = centroids / np.linalg.norm(centroids, axis=1, keepdims=True)
    return unit
