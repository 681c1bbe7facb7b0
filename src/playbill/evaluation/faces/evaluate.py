"""Everything that is measured of face networks, top to bottom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.core.run import ModelUse
from playbill.errors import DatasetError, MediaError, PlaybillError
from playbill.evaluation.faces.closed_set import MIN_PICTURES, ClosedSet, identify
from playbill.evaluation.faces.embedding import EmbeddedPeople, FaceTime, embed_people
from playbill.evaluation.faces.groups import Group, measure_groups
from playbill.evaluation.faces.in_use import InUse, measure_in_use
from playbill.evaluation.faces.leave_one_out import LeaveOneOut, leave_one_out
from playbill.evaluation.faces.open_set import OpenSet, identify_among_strangers
from playbill.evaluation.faces.pairs import Pairs, draw_pairs, read_pairs
from playbill.evaluation.faces.pictures import PeoplePictures, data_sha256, find_pictures
from playbill.evaluation.faces.trials import SEEDS
from playbill.evaluation.faces.verification import Verification, verify
from playbill.evaluation.progress import Hook, counting, no_hook
from playbill.evaluation.record import EvaluationRun, Start
from playbill.recognition.network_scores import NetworkScores


@dataclass(frozen=True, slots=True)
class FaceNetwork:
    """A network to be measured, and what its card and files say."""

    embedder: FaceEmbedder
    megabytes: float
    scores: NetworkScores


@dataclass(frozen=True, slots=True)
class FaceQuestion:
    """On what pictures networks are measured."""

    folder: Path
    pairs: Path | None = None
    """A list in LFW's format; None: pairs are drawn."""
    without: Path | None = None
    """A list of pictures to leave out."""
    people: Path | None = None
    """A list of the people to keep."""


@dataclass(frozen=True, slots=True)
class FaceData:
    """What the figures rest on."""

    folder: str
    sha256: str
    """Of all places and bytes."""
    pictures: int
    """That were read."""
    people: int
    people_with_two: int
    left_out: int
    """Pictures that a list named."""
    unreadable: tuple[str, ...]
    """One sentence for each picture that could not be read."""
    without_face: tuple[str, ...]
    """Places of pictures in which no face was found; they count as not recognised."""


@dataclass(frozen=True, slots=True)
class FaceResult:
    """One network."""

    network: ModelUse
    megabytes: float
    time: FaceTime
    verification: Verification | None
    closed_sets: tuple[ClosedSet, ...]
    open_set: OpenSet | None
    in_use: InUse | None
    leave_one_out: LeaveOneOut
    groups: tuple[Group, ...]
    not_measured: tuple[str, ...]
    """Why a part is missing: one sentence each."""


@dataclass(frozen=True, slots=True)
class FaceEvaluation:
    """Face networks side by side on the same faces."""

    run: EvaluationRun
    data: FaceData
    networks: tuple[FaceResult, ...]


def evaluate_faces(
    question: FaceQuestion,
    detector: FaceDetector,
    networks: Sequence[FaceNetwork],
    hook: Hook = no_hook,
) -> tuple[FaceEvaluation, tuple[MediaError, ...]]:
    """Measure every network on the same faces; `hook` is told of pictures done, of how many.

    Returns:
        The evaluation, and what is wrong with each picture that could not be read.

    Raises:
        MediaError, DatasetError: there is nothing to measure on, or a list is wrong.
    """
    start = Start()
    pictures = find_pictures(question.folder, without=question.without, people=question.people)
    _require_some_of_two(pictures)

    embedders = [network.embedder for network in networks]
    embedded = embed_people(pictures, detector, embedders, counting(hook, len(pictures)))
    first = embedded.people[0]
    _require_some_of_two(first.pictures)
    pairs, no_pairs = _pairs(question, first.pictures)
    results = tuple(
        _measure(network, people, time, pairs, no_pairs)
        for network, people, time in zip(networks, embedded.people, embedded.times, strict=True)
    )
    uses = [detector.use, *(network.embedder.use for network in networks)]
    settings: dict[str, float | int | str] = {
        "seeds": len(SEEDS),
        "pairs": question.pairs.name if question.pairs else "drawn",
    }
    data = _data(first, [str(error) for error in embedded.refused])
    run = start.record(uses, settings)
    return FaceEvaluation(run, data, results), embedded.refused


def _measure(
    network: FaceNetwork,
    people: EmbeddedPeople,
    time: FaceTime,
    pairs: Pairs | None,
    no_pairs: Sequence[str],
) -> FaceResult:
    missing = list(no_pairs)
    closed = {least: identify(people, least) for least in MIN_PICTURES}
    few = [str(least) for least, found in closed.items() if found is None]
    if few:
        missing.append(f"Fewer than two people have {' or '.join(few)} pictures.")
    opened = identify_among_strangers(people)
    if opened is None:
        missing.append("There are no strangers: too few people to hold some of them out.")
    in_use = None
    with _noting(missing):
        in_use = measure_in_use(people, network.scores)
    return FaceResult(
        network=network.embedder.use,
        megabytes=network.megabytes,
        time=time,
        verification=verify(people, pairs) if pairs else None,
        closed_sets=tuple(found for found in closed.values() if found),
        open_set=opened,
        in_use=in_use,
        leave_one_out=leave_one_out(people),
        groups=measure_groups(people),
        not_measured=tuple(missing),
    )


@contextmanager
def _noting(sentences: list[str]) -> Iterator[None]:
    """A refusal is a part that is not measured."""
    try:
        yield
    except PlaybillError as error:
        sentences.append(f"{error}.")


def _pairs(question: FaceQuestion, pictures: PeoplePictures) -> tuple[Pairs | None, list[str]]:
    if question.pairs:
        return read_pairs(question.pairs, pictures), []
    missing: list[str] = []
    pairs = None
    with _noting(missing):
        pairs = draw_pairs(pictures.people)
    return pairs, missing


def _require_some_of_two(pictures: PeoplePictures) -> None:
    counts = np.bincount(pictures.people)
    if len(counts) < 2:
        raise DatasetError(
            f"{pictures.folder}: found pictures of {pictures.names[0]} alone, "
            "expected at least two people"
        )
    if counts.max() < 2:
        raise DatasetError(
            f"{pictures.folder}: found {len(counts)} people with one picture each, "
            "expected at least two pictures of some of them"
        )


def _data(people: EmbeddedPeople, unreadable: Sequence[str]) -> FaceData:
    pictures = people.pictures
    counts = np.bincount(pictures.people)
    return FaceData(
        folder=pictures.folder.resolve().name,
        sha256=data_sha256(pictures),
        pictures=len(pictures),
        people=len(counts),
        people_with_two=int((counts >= 2).sum()),
        left_out=pictures.left_out,
        unreadable=tuple(unreadable),
        without_face=tuple(
            place for place, look in zip(pictures.places, people.looks, strict=True) if look is None
        ),
    )
