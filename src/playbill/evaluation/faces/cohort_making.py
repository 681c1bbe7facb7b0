"""A cohort out of other people's faces: directions that many of them lie near, nobody's own."""

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, Vectors, unit

MOST_DIRECTIONS = 512
PEOPLE_EACH = 4
"""Of a direction, on average: with fewer it would be somebody's own face."""
FEWEST_TOGETHER = 2
"""People behind a direction; one that a single person has to themselves is left out."""
FEWEST_PEOPLE = 200
"""Fewer make no cohort."""
ROUNDS = 25


def make_cohort(vectors: Vectors, person_of_row: NDArray[np.int64], *, seed: int = 0) -> Cohort:
    """Group people by spherical k-means (Dhillon and Modha, 2001) and keep the groups' directions.

    Args:
        vectors: (n, d) of length 1.
        person_of_row: (n,) whose they are; everybody weighs the same.
        seed: of the people that the groups begin with.

    Raises:
        ValueError: they are fewer than `FEWEST_PEOPLE`.
    """
    people = _people(vectors, person_of_row)
    if len(people) < FEWEST_PEOPLE:
        raise ValueError(f"a cohort needs {FEWEST_PEOPLE} people, got {len(people)}")
    mean = people.mean(axis=0)
    centred = unit(people - mean)
    k = min(MOST_DIRECTIONS, len(people) // PEOPLE_EACH)
    directions, groups = _spherical_k_means(centred, k, np.random.default_rng(seed))
    shared = np.bincount(groups, minlength=k) >= FEWEST_TOGETHER
    return Cohort(mean, directions[shared])


def _people(vectors: Vectors, person_of_row: NDArray[np.int64]) -> Vectors:
    """(people, d) everybody's mean direction."""
    numbers, owners = np.unique(person_of_row, return_inverse=True)
    sums = np.zeros((len(numbers), vectors.shape[1]), np.float32)
    np.add.at(sums, owners, vectors)
    return unit(sums)


def _spherical_k_means(
    points: Vectors, k: int, random: np.random.Generator
) -> tuple[Vectors, NDArray[np.int64]]:
    """(k, d) directions of length 1, and (n,) the group of each point."""
    directions = points[random.permutation(len(points))[:k]]
    groups = np.full(len(points), -1)
    for _ in range(ROUNDS):
        before, groups = groups, (points @ directions.T).argmax(axis=1)
        if np.array_equal(before, groups):
            break
        sums = np.zeros_like(directions)
        np.add.at(sums, groups, points)
        directions = np.where(sums.any(axis=1, keepdims=True), unit(sums), directions)
    return directions, groups
