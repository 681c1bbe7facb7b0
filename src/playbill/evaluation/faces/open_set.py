"""Who is it, if it is anybody: identification among strangers.

Terms of ISO/IEC 19795-1 and of NIST's FRTE: FPIR is the share of non-mated probes (strangers) that
get some name; FNIR that of mated probes that do not get their own: another person came first, the
score lies below the threshold, or no face was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.search import Search, search
from playbill.evaluation.faces.trials import SEEDS, open_trial, strangers_are_lonely
from playbill.evaluation.rates import Rate, resampled_people

FPIRS = (0.01, 0.003)
CURVE_FPIRS = 60
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold does that lets at most a share of strangers pass."""

    fpir: float
    """At most so many, as asked for."""
    measured_fpir: Rate
    """Mean over the seeds."""
    fnir: Rate
    """Mean over the seeds; the interval counts that the threshold itself was found on strangers
    who might have been others."""
    threshold: float
    """Mean over the seeds, of the cosine with a person's mean direction."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """A point of the curve."""

    fpir: float
    fnir: float


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Half of everybody's pictures enrolled; the other half, and strangers, asked for."""

    people: int
    """Enrolled."""
    probes: int
    """Pictures of them that are asked for, for each seed."""
    strangers: int
    """Pictures of people who are not enrolled."""
    stranger_people: int
    strangers_are: str
    """Where they come from."""
    points: tuple[OperatingPoint, ...]
    curve: tuple[TradeOff, ...]
    """Mean FNIR over the seeds, by FPIR."""


def identify_among_strangers(
    people: EmbeddedPeople, seeds: Sequence[int] = SEEDS
) -> OpenSet | None:
    """Measure what is missed when few strangers may pass; None: too few people for strangers."""
    trials = [open_trial(people.people, seed) for seed in seeds]
    if any(not len(one.strangers) or not len(one.probes) for one in trials):
        return None
    searches = [search(people, trial) for trial in trials]
    fewest = min(len(one.stranger_scores) for one in searches)
    grid = np.geomspace(1 / fewest, 1, CURVE_FPIRS)
    return OpenSet(
        people=searches[0].enrolled_people,
        probes=len(searches[0].right),
        strangers=len(searches[0].stranger_scores),
        stranger_people=len(np.unique(people.people[trials[0].strangers])),
        strangers_are="people with one picture"
        if strangers_are_lonely(people.people)
        else "half of the people, other ones for each seed",
        points=tuple(operating_point(people, searches, fpir) for fpir in FPIRS),
        curve=tuple(
            TradeOff(float(fpir), float(np.mean([missed_at(one, fpir) for one in searches])))
            for fpir in grid
        ),
    )


def threshold_at(stranger_scores: Scores, fpir: float) -> float:
    """The lowest threshold that at most `fpir` of the strangers reach."""
    allowed = int(fpir * len(stranger_scores) + 1e-9)
    if allowed >= len(stranger_scores):
        return float("-inf")
    below = np.sort(stranger_scores)[::-1][allowed]
    return float(np.nextafter(below, np.float32(np.inf)))


def missed_at(one: Search, fpir: float) -> float:
    """FNIR at the threshold that at most `fpir` of the strangers reach."""
    return float(1 - named(one, threshold_at(one.stranger_scores, fpir)).mean())


def named(one: Search, threshold: float) -> NDArray[np.bool_]:
    """(probes,) who gets their own name."""
    return one.right & (one.scores >= threshold)


def operating_point(
    people: EmbeddedPeople, searches: Sequence[Search], fpir: float
) -> OperatingPoint:
    """What is missed when at most `fpir` of the strangers get a name, over all searches."""
    thresholds = [threshold_at(one.stranger_scores, fpir) for one in searches]
    pairs = list(zip(searches, thresholds, strict=True))
    fnir = float(np.mean([1 - named(one, least).mean() for one, least in pairs]))
    passed = float(np.mean([(one.stranger_scores >= least).mean() for one, least in pairs]))
    probes, strangers = len(searches[0].right), len(searches[0].stranger_scores)
    resampled = np.mean([_resampled(people, one, fpir, s) for s, one in enumerate(searches)], 0)
    return OperatingPoint(
        fpir=fpir,
        measured_fpir=Rate.of(passed * strangers, strangers),
        fnir=Rate.of(fnir * probes, probes).widened(resampled),
        threshold=float(np.mean(thresholds)),
    )


def _resampled(people: EmbeddedPeople, one: Search, fpir: float, seed: int) -> NDArray[np.float64]:
    """(resamples,) FNIR when other people had been enrolled and other strangers had come.

    Whole people are drawn, since pictures of one person are not independent.
    """
    mated, number = np.unique(people.people[one.trial.probes], return_inverse=True)
    others, stranger = np.unique(people.people[one.trial.strangers], return_inverse=True)
    order = np.argsort(-one.stranger_scores, kind="stable")
    descending = one.stranger_scores[order]
    draws = zip(
        resampled_people(len(mated), seed=2 * seed),
        resampled_people(len(others), seed=2 * seed + 1),
        strict=True,
    )
    rates = []
    for mine, theirs in draws:
        passing = np.cumsum(theirs[stranger[order]])
        place = int(np.searchsorted(passing, fpir * passing[-1] + 1e-9, side="right"))
        least = descending[place] if place < len(descending) else -np.inf
        weights = mine[number]
        hits = weights[one.right & (one.scores > least)].sum()
        rates.append(1 - hits / weights.sum())
    return np.array(rates)
