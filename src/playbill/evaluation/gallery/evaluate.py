"""A saved gallery at its own threshold, on pictures that it was not made of."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playbill.core.ports import FaceDetector, FaceEmbedder, Recogniser
from playbill.core.run import GalleryUse
from playbill.errors import DatasetError, MediaError
from playbill.evaluation.faces.embedding import EmbeddedPeople, embed_people
from playbill.evaluation.faces.pictures import data_sha256, find_pictures
from playbill.evaluation.gallery.answers import Answer, ask
from playbill.evaluation.gallery.confusions import Confusion, find_confusions
from playbill.evaluation.progress import Hook, counting, no_hook
from playbill.evaluation.rates import Rate, share_by_people
from playbill.evaluation.record import EvaluationRun, Start
from playbill.media.files import sha256_of


@dataclass(frozen=True, slots=True)
class GalleryQuestion:
    """On what pictures a gallery is measured."""

    folder: Path
    without: Path | None = None
    """A list of pictures to leave out."""
    people: Path | None = None
    """A list of the people to keep."""


@dataclass(frozen=True, slots=True)
class GalleryNetworks:
    """What answers: a gallery, and the networks that turn pictures into what it knows."""

    detector: FaceDetector
    embedder: FaceEmbedder
    recogniser: Recogniser
    enrolled: frozenset[str]
    """The SHA-256 of every picture that the gallery was made of."""


@dataclass(frozen=True, slots=True)
class GalleryData:
    """What the figures rest on."""

    folder: str
    sha256: str
    """Of all places and bytes of the pictures that were read."""
    asked: int
    """Pictures that the gallery was asked about."""
    known_people: int
    """In the folder and in the gallery."""
    strangers: int
    """In the folder alone."""
    enrolled: tuple[str, ...]
    """Places of pictures that the gallery was made of: it was not asked about them."""
    left_out: int
    """Pictures that a list named."""
    unreadable: tuple[str, ...]
    without_face: tuple[str, ...]
    """Places of pictures in which no face was found: nobody is named."""


@dataclass(frozen=True, slots=True)
class PersonResult:
    """One person of the folder."""

    name: str
    known: bool
    pictures: int
    right: int
    """For a stranger: not named."""
    wrong: int
    """For a stranger: named."""
    unknown: int
    """Not named; strangers have none."""
    without_face: int


@dataclass(frozen=True, slots=True)
class GalleryEvaluation:
    """A gallery's answers beside the truth."""

    run: EvaluationRun
    gallery: GalleryUse
    data: GalleryData
    right: Rate | None
    """Share of the pictures of known people that get the right name; None: there are none."""
    wrong: Rate | None
    """... that get another's."""
    fnir: Rate | None
    """... that do not get the right one: 1 - right."""
    fpir: Rate | None
    """Share of the pictures of strangers that get a name; None: there are none."""
    people: tuple[PersonResult, ...]
    confusions: tuple[Confusion, ...]
    answers: tuple[Answer, ...]


def evaluate_gallery(
    question: GalleryQuestion,
    networks: GalleryNetworks,
    hook: Hook = no_hook,
) -> tuple[GalleryEvaluation, tuple[MediaError, ...]]:
    """Ask a gallery about every picture of a folder per person; `hook`: pictures done, of how many.

    Returns:
        The evaluation, and what is wrong with each picture that could not be read.

    Raises:
        MediaError, DatasetError: there is nothing to ask about, or a list is wrong.
        GalleryError: the gallery is of another network.
    """
    start = Start()
    pictures = find_pictures(question.folder, without=question.without, people=question.people)

    embedded = embed_people(
        pictures, networks.detector, [networks.embedder], counting(hook, len(pictures))
    )
    [people] = embedded.people
    enrolled = _enrolled_rows(people, networks.enrolled)
    rows = [row for row in range(len(people)) if row not in enrolled]
    if not rows:
        raise DatasetError(
            f"{question.folder}: all of its {len(people)} pictures are enrolled in the gallery, "
            "expected others to ask it about"
        )
    answers = ask(people, networks.recogniser, rows)
    known = [answer for answer in answers if answer.known]
    strangers = [answer for answer in answers if not answer.known]
    return GalleryEvaluation(
        run=start.record([networks.detector.use, networks.embedder.use], {}),
        gallery=networks.recogniser.use,
        data=_data(people, answers, enrolled, [str(error) for error in embedded.refused]),
        right=share_of(people, known, {"right"}),
        wrong=share_of(people, known, {"wrong"}),
        fnir=share_of(people, known, {"wrong", "unknown", "no-face"}),
        fpir=share_of(people, strangers, {"stranger-named"}),
        people=by_person(answers),
        confusions=find_confusions(people, answers),
        answers=answers,
    ), embedded.refused


def _enrolled_rows(people: EmbeddedPeople, enrolled: Collection[str]) -> set[int]:
    digests = enumerate(sha256_of(picture.path) for picture in people.pictures.pictures)
    return {row for row, digest in digests if digest in enrolled}


def share_of(people: EmbeddedPeople, answers: Sequence[Answer], hits: set[str]) -> Rate | None:
    """The share of the answers whose outcome is one of `hits`; None of none."""
    rows = np.array([answer.row for answer in answers], np.int64)
    return share_by_people(
        np.array([answer.outcome in hits for answer in answers], np.bool_), people.people[rows]
    )


def by_person(answers: Sequence[Answer]) -> tuple[PersonResult, ...]:
    """Those with the most wrong names first, then those that are missed most."""
    of: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for answer in answers:
        of[answer.person, answer.known][answer.outcome] += 1
    people = (
        PersonResult(
            name=name,
            known=known,
            pictures=counts.total(),
            right=counts["right" if known else "stranger-unknown"],
            wrong=counts["wrong" if known else "stranger-named"],
            unknown=counts["unknown"],
            without_face=counts["no-face"],
        )
        for (name, known), counts in of.items()
    )
    return tuple(
        sorted(people, key=lambda one: (-one.wrong, -(one.unknown + one.without_face), one.name))
    )


def _data(
    people: EmbeddedPeople,
    answers: Sequence[Answer],
    enrolled: set[int],
    unreadable: Sequence[str],
) -> GalleryData:
    pictures = people.pictures
    return GalleryData(
        folder=pictures.folder.resolve().name,
        sha256=data_sha256(pictures),
        asked=len(answers),
        known_people=len({answer.person for answer in answers if answer.known}),
        strangers=len({answer.person for answer in answers if not answer.known}),
        enrolled=tuple(pictures.places[row] for row in sorted(enrolled)),
        left_out=pictures.left_out,
        unreadable=tuple(unreadable),
        without_face=tuple(answer.place for answer in answers if answer.outcome == "no-face"),
    )
