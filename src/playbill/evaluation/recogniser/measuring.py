"""One method on held-out pictures: fitted, calibrated and asked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.open_set import FPIRS, OperatingPoint, operating_point
from playbill.evaluation.faces.search import Search
from playbill.evaluation.faces.trials import Trial
from playbill.evaluation.gallery.answers import Answer, Outcome, ask
from playbill.evaluation.rates import Rate, share_by_people
from playbill.evaluation.recogniser.result import MethodResult
from playbill.recognition.choice import Choice
from playbill.recognition.fitting import fit
from playbill.recognition.gallery import Gallery
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.recogniser import open_recogniser


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutTrial:
    """A gallery of what is learned from, and what is to be asked about it."""

    people: EmbeddedPeople
    trial: Trial
    """At least one probe."""
    gallery: Gallery
    """Of the enrolled rows."""
    scores: NetworkScores
    """What they mean under the network."""
    stranger_rate: float
    seed: int


def measure_method(held: HeldOutTrial, choice: Choice) -> tuple[MethodResult, tuple[Answer, ...]]:
    """Fit, calibrate and ask; answers are those about the probes, then those about strangers.

    Raises:
        GalleryError: strangers cannot be told: nobody measured them, and too few people.
    """
    start = time.perf_counter()
    fitted = fit(
        held.gallery, held.scores, stranger_rate=held.stranger_rate, seed=held.seed, choice=choice
    )
    calibration = fitted.calibration()
    seconds = time.perf_counter() - start
    recogniser = open_recogniser(StoredGallery(fitted, "held out", "0" * 64))
    rows = [*held.trial.probes.tolist(), *held.trial.strangers.tolist()]
    answers = ask(held.people, recogniser, rows)
    known, strangers = answers[: len(held.trial.probes)], answers[len(held.trial.probes) :]

    def share(outcome: Outcome) -> Rate:
        return _share(held.people, known, [answer.outcome == outcome for answer in known])

    result = MethodResult(
        method=choice.method,
        near=choice.near,
        in_folds=choice.named.get(choice.method),
        first=_share(held.people, known, _first(known)),
        right=share("right"),
        wrong=share("wrong"),
        unknown=share("unknown"),
        strangers_named=_share(held.people, strangers, [bool(one.taken_for) for one in strangers])
        if strangers
        else None,
        at_fpir=_at_fpir(held, known, strangers),
        threshold=calibration.threshold,
        expected_rate=calibration.measured_rate,
        seconds=seconds,
    )
    return result, answers


def _share(people: EmbeddedPeople, answers: Sequence[Answer], hits: Sequence[bool]) -> Rate:
    rows = np.array([answer.row for answer in answers], np.int64)
    rate = share_by_people(np.array(hits, np.bool_), people.people[rows])
    if rate is None:
        raise ValueError("expected at least one answer to have a share of")
    return rate


def _first(known: Sequence[Answer]) -> list[bool]:
    return [answer.first == answer.person for answer in known]


def _at_fpir(
    held: HeldOutTrial, known: Sequence[Answer], strangers: Sequence[Answer]
) -> OperatingPoint | None:
    if not strangers:
        return None
    search = Search(
        trial=held.trial,
        right=np.array(_first(known), np.bool_),
        scores=np.array([answer.score for answer in known], np.float32),
        stranger_scores=np.array([answer.score for answer in strangers], np.float32),
        enrolled_people=len(held.gallery.people),
    )
    return operating_point(held.people, [search], FPIRS[0])
