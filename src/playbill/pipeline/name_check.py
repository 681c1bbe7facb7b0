"""Which pictures of people are likely under a wrong name, and which show no face to tell by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.datasets.people import PersonPicture
from playbill.errors import PlaybillError
from playbill.media.files import sha256_of
from playbill.pipeline.enrol import one_face
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.wrong_names import Levels, WrongName, find_wrong_names


@dataclass(frozen=True, slots=True)
class NameDoubt:
    """A picture that is likely under a wrong name."""

    picture: PersonPicture
    own_score: float | None
    """Its score with the sound other pictures of its person; None: there are none."""
    looks_like: str | None
    """Whom else it shows by its looks; None: nobody of these people."""
    other_score: float | None
    """Its best score with another person; None: there is nobody else."""
    beside: tuple[Path, ...]
    """Some sound pictures of the person, to compare by eye."""
    instead_of: Path | None
    """The other one of a person's two pictures, of which one is wrong: it may be that one."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A picture that says nothing about how a person looks."""

    picture: PersonPicture
    reason: str
    """A sentence that begins with the path."""


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What came of looking at all pictures."""

    pictures: int
    people: int
    levels: Levels
    """The scores that decided."""
    doubts: tuple[NameDoubt, ...]
    """Surest first."""
    unusable: tuple[Unusable, ...]
    """In the order of the pictures."""


def check_names(
    pictures: Iterable[PersonPicture],
    detector: FaceDetector,
    embedder: FaceEmbedder,
    scores: NetworkScores,
    hook: Callable[[PersonPicture], None],
) -> NameCheck:
    """Describe the one face of each picture and compare it with everybody.

    Args:
        pictures: of at least one person.
        detector: finds the face.
        embedder: describes it.
        scores: what they mean under the embedder; strangers nobody has measured are measured on
            these pictures.
        hook: told of each picture when it is described.
    """
    rows: list[PersonPicture] = []
    vectors: list[NDArray[np.float32]] = []
    unusable: list[Unusable] = []
    known: dict[str, NDArray[np.float32]] = {}
    for picture in pictures:
        try:
            digest = sha256_of(picture.path)
            if digest not in known:
                known[digest] = _describe(picture, detector, embedder)
        except PlaybillError as error:
            unusable.append(Unusable(picture, str(error)))
        else:
            rows.append(picture)
            vectors.append(known[digest])
        hook(picture)
    return _judge(rows, vectors, unusable, scores)


def _describe(
    picture: PersonPicture, detector: FaceDetector, embedder: FaceEmbedder
) -> NDArray[np.float32]:
    frame, face = one_face(picture, detector)
    (embeddings,) = embedder.embed([frame], [face], thorough=True)
    vector: NDArray[np.float32] = embeddings.vectors[0]
    return vector


def _judge(
    rows: Sequence[PersonPicture],
    vectors: Sequence[NDArray[np.float32]],
    unusable: Sequence[Unusable],
    scores: NetworkScores,
) -> NameCheck:
    names, of_row = np.unique([picture.name for picture in rows], return_inverse=True)
    person_of_row = of_row.astype(np.int64)
    points = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    if scores.strangers is not None:
        levels = Levels.of(scores.strangers, max(1, len(names)))
    else:
        levels = Levels.measured(points, person_of_row, scores.cohort)
    counts = np.bincount(person_of_row, minlength=len(names))
    wrong = find_wrong_names(points, person_of_row, levels, scores.cohort)
    return NameCheck(
        pictures=len(rows) + len(unusable),
        people=len({picture.name for picture in rows} | {one.picture.name for one in unusable}),
        levels=levels,
        doubts=tuple(
            _doubt(one, rows, [str(name) for name in names], int(counts[person_of_row[one.row]]))
            for one in wrong
        ),
        unusable=tuple(unusable),
    )


def _doubt(
    wrong: WrongName, rows: Sequence[PersonPicture], names: Sequence[str], pictures: int
) -> NameDoubt:
    beside = tuple(rows[row].path for row in wrong.core_rows)
    return NameDoubt(
        picture=rows[wrong.row],
        own_score=wrong.own_score,
        looks_like=None if wrong.other is None else names[wrong.other],
        other_score=wrong.other_score if np.isfinite(wrong.other_score) else None,
        beside=beside,
        instead_of=beside[0] if pictures == 2 and wrong.other is None else None,
    )
