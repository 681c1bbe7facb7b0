"""Who is enrolled and who is asked for: seeded halves of everybody's pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEEDS = tuple(range(5))
MIN_LONERS = 100
"""So many people with a single picture are enough strangers; otherwise people are held out."""
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One way to divide the pictures (ISO/IEC 19795-1: enrolment, mated and non-mated probes)."""

    enrolled: Ids
    """Rows of the pictures that are enrolled."""
    probes: Ids
    """Rows of other pictures of the same people."""
    strangers: Ids
    """Rows of pictures of people who are not enrolled; none in the closed set."""


def closed_trial(people: Ids, min_pictures: int, seed: int) -> Trial:
    """Enrol half of the pictures of everybody with at least so many, ask for the others.

    Of an odd number the larger half is enrolled.
    """
    random = np.random.default_rng(seed)
    counts = np.bincount(people)
    return _halves(people, np.flatnonzero(counts >= max(2, min_pictures)), random, strangers=())


def open_trial(people: Ids, seed: int) -> Trial:
    """The same of everybody with two pictures, and strangers.

    People with one picture are the strangers where there are at least `MIN_LONERS` of them;
    otherwise half of those with several, other ones for each seed, and the lonely too.
    """
    random = np.random.default_rng(seed)
    counts = np.bincount(people)
    several, lonely = np.flatnonzero(counts >= 2), np.flatnonzero(counts == 1)
    if len(lonely) >= MIN_LONERS:
        return _halves(people, several, random, strangers=tuple(lonely))
    held = random.permutation(several)[: len(several) // 2]
    return _halves(people, np.setdiff1d(several, held), random, strangers=(*lonely, *held))


def strangers_are_lonely(people: Ids) -> bool:
    """Whether `open_trial` has people with one picture as its strangers."""
    return int((np.bincount(people) == 1).sum()) >= MIN_LONERS


def _halves(
    people: Ids, some: Ids, random: np.random.Generator, *, strangers: tuple[int, ...]
) -> Trial:
    enrolled, probes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for person in some:
        rows = random.permutation(np.flatnonzero(people == person))
        half = (len(rows) + 1) // 2
        enrolled.append(rows[:half])
        probes.append(rows[half:])
    others = np.flatnonzero(np.isin(people, strangers))
    return Trial(np.concatenate(enrolled), np.concatenate(probes), others)
