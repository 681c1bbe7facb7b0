"""Who is taken for whom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.pictures import plain_name
from playbill.evaluation.gallery.answers import Answer

EXAMPLES = 3
"""Of each pair of people."""


@dataclass(frozen=True, slots=True)
class FacePlace:
    """A face in a picture of the folder."""

    place: str
    box_xyxy: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One picture that got a wrong name."""

    face: FacePlace
    score: float
    looks_like: FacePlace | None
    """The face of the other person that it is nearest to; None: the folder has none."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """One person that was taken for another."""

    person: str
    known: bool
    """Whether the person is in the gallery."""
    taken_for: str
    pictures: int
    examples: tuple[Mistake, ...]
    """The surest ones."""


def find_confusions(people: EmbeddedPeople, answers: Sequence[Answer]) -> tuple[Confusion, ...]:
    """Everybody who was taken for somebody else, most often first."""
    groups: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.outcome in {"wrong", "stranger-named"}:
            groups[answer.person, answer.first or ""].append(answer)
    confusions = []
    for (person, other), mistakes in groups.items():
        surest = sorted(mistakes, key=lambda answer: (-answer.score, answer.place))
        confusions.append(
            Confusion(
                person=person,
                known=surest[0].known,
                taken_for=other,
                pictures=len(surest),
                examples=tuple(_mistake(people, answer) for answer in surest[:EXAMPLES]),
            )
        )
    return tuple(
        sorted(confusions, key=lambda one: (-one.pictures, -one.examples[0].score, one.person))
    )


def _mistake(people: EmbeddedPeople, answer: Answer) -> Mistake:
    others = np.array(
        [
            row
            for row, picture in enumerate(people.pictures.pictures)
            if plain_name(picture.name) == plain_name(answer.first or "")
            and people.looks[row] is not None
        ],
        np.int64,
    )
    nearest = None
    if len(others):
        cosines = people.vectors[others] @ people.vectors[answer.row]
        nearest = _face(people, int(others[int(cosines.argmax())]))
    face = _face(people, answer.row)
    if face is None:
        raise ValueError(f"{answer.place}: a picture without a face has no name to be wrong")
    return Mistake(face, answer.score, nearest)


def _face(people: EmbeddedPeople, row: int) -> FacePlace | None:
    look = people.looks[row]
    return FacePlace(people.pictures.places[row], look.box_xyxy) if look else None
