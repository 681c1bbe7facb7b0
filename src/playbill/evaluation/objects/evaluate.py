"""Everything that is measured of object networks, top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playbill.core.limits import ScoreLimits
from playbill.core.ports import ObjectDetector
from playbill.core.run import ModelUse
from playbill.datasets.opening import open_objects
from playbill.datasets.problems import ProblemList
from playbill.errors import DatasetError, MediaError
from playbill.evaluation.objects.detecting import (
    DetectedAll,
    DetectedObjects,
    PictureTime,
    detect_objects,
    label_numbers,
)
from playbill.evaluation.objects.matching import match
from playbill.evaluation.objects.misses import Confusion, MissedPicture, confuse
from playbill.evaluation.objects.precision import Judgement, judge
from playbill.evaluation.objects.scores import (
    BestScore,
    ClassScore,
    best_score,
    best_scores_by_class,
)
from playbill.evaluation.objects.thresholds import Shown, measure_shown
from playbill.evaluation.progress import Hook, counting, no_hook
from playbill.evaluation.record import EvaluationRun, Start

MIN_SCORE = 0.01
"""Far below what users want: average precision asks for the weak answers too."""


@dataclass(frozen=True, slots=True)
class ObjectNetwork:
    """A network to be measured, opened with `MIN_SCORE`."""

    detector: ObjectDetector
    megabytes: float
    limits: ScoreLimits
    """What it shows where nobody sets anything."""


@dataclass(frozen=True, slots=True)
class ObjectQuestion:
    """On what data networks are measured."""

    path: Path
    format: str | None = None
    """None: guessed."""
    pictures: Path | None = None
    """The folder of the pictures, where it is not where the format has it."""
    score: float | None = None
    """Detections of less are not believed in the confusion matrix; None: where F1 is best."""


@dataclass(frozen=True, slots=True)
class ObjectData:
    """What the figures rest on."""

    name: str
    pictures: int
    """That were looked at."""
    objects: int
    """That count."""
    ignored: int
    """Crowds and difficult ones."""
    classes: int
    """With an object that counts."""
    problems: tuple[str, ...]
    """What is wrong with the data: one sentence each."""
    unreadable: tuple[str, ...]
    """One sentence for each picture that could not be read."""


@dataclass(frozen=True, slots=True)
class ObjectResult:
    """One network."""

    network: ModelUse
    megabytes: float
    time: PictureTime
    judgement: Judgement
    unknown_labels: tuple[str, ...]
    """That the data set has and the network does not know: not judged."""
    shown: Shown
    """At the scores of the network's own card."""
    best: BestScore | None
    """None: nothing was found that is there."""
    best_by_class: tuple[ClassScore, ...]
    confusion: Confusion
    worst: tuple[MissedPicture, ...]
    """The worst first."""


@dataclass(frozen=True, slots=True)
class ObjectEvaluation:
    """Object networks side by side on the same pictures."""

    run: EvaluationRun
    data: ObjectData
    networks: tuple[ObjectResult, ...]


def evaluate_objects(
    question: ObjectQuestion,
    networks: Sequence[ObjectNetwork],
    hook: Hook = no_hook,
) -> tuple[ObjectEvaluation, tuple[MediaError, ...]]:
    """Measure every network on the same pictures; `hook` is told of pictures done, of how many.

    Returns:
        The evaluation, and what is wrong with each picture that could not be read.

    Raises:
        DatasetError: the data set cannot be read, or a network knows none of its labels.
    """
    start, problems = Start(), ProblemList()
    dataset = open_objects(
        question.path,
        format=question.format,
        pictures=question.pictures,
        outlines=False,
        on_problem=problems,
    )

    detectors = [network.detector for network in networks]
    try:
        all_found = detect_objects(dataset, dataset.labels, detectors, counting(hook, len(dataset)))
    except DatasetError as error:
        raise DatasetError(f"{question.path}: {error}") from error
    results = tuple(
        _measure(network, detected, time, question.score)
        for network, detected, time in zip(
            networks, all_found.networks, all_found.times, strict=True
        )
    )
    settings: dict[str, float | int | str] = {
        "minScore": MIN_SCORE,
        "confusionScore": question.score or "where F1 is best",
    }
    return ObjectEvaluation(
        start.record([detector.use for detector in detectors], settings),
        _data(dataset.name, all_found, problems),
        results,
    ), all_found.refused


def _measure(
    network: ObjectNetwork, detected: DetectedObjects, time: PictureTime, score: float | None
) -> ObjectResult:
    pairs = zip(detected.pictures, detected.found, strict=True)
    matched = [match(picture, found, detected.known) for picture, found in pairs]
    best = best_score(detected, matched)
    chosen = score if score is not None else best.score if best else 0.5
    confusion, worst = confuse(detected, matched, chosen)
    unknown = np.flatnonzero(~detected.known)
    return ObjectResult(
        network=network.detector.use,
        megabytes=network.megabytes,
        time=time,
        judgement=judge(detected),
        unknown_labels=tuple(detected.labels[i] for i in unknown),
        shown=measure_shown(detected, matched, _by_label(network, detected.labels)),
        best=best,
        best_by_class=best_scores_by_class(detected, matched),
        confusion=confusion,
        worst=worst,
    )


def _by_label(network: ObjectNetwork, labels: tuple[str, ...]) -> ScoreLimits:
    """The network's limits in the order of a data set's labels; 1 for those it does not know."""
    places = {number: row for row, number in label_numbers(labels, network.detector).items()}
    rows = [places.get(number) for number in range(len(labels))]
    return ScoreLimits(
        tuple(1.0 if row is None else network.limits.shown[row] for row in rows),
        tuple(1.0 if row is None else network.limits.sure[row] for row in rows),
    )


def _data(name: str, found: DetectedAll, problems: ProblemList) -> ObjectData:
    pictures = found.networks[0].pictures
    ids = np.concatenate([picture.class_ids for picture in pictures])
    ignored = np.concatenate([picture.crowd | picture.difficult for picture in pictures])
    return ObjectData(
        name=name,
        pictures=len(pictures),
        objects=int((~ignored).sum()),
        ignored=int(ignored.sum()),
        classes=len(np.unique(ids[~ignored])),
        problems=tuple(str(problem) for problem in problems.problems),
        unreadable=tuple(str(error) for error in found.refused),
    )
