"""What a gallery says of each picture, and what that makes of it."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from playbill.core.ports import Recogniser
from playbill.evaluation.document import UNWRITTEN
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.in_use import NAMED_FROM
from playbill.evaluation.faces.pictures import plain_name

Outcome = Literal["right", "wrong", "unknown", "stranger-unknown", "stranger-named", "no-face"]
"""Of people in the gallery: named rightly, named as another, not named. Of others, strangers: not
named, as it should be, or named. Without a face nobody is named."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One picture that was asked about."""

    place: str
    """Its path below the folder."""
    person: str
    """Whom it shows."""
    known: bool
    """Whether that person is in the gallery."""
    outcome: Outcome
    first: str | None
    """Who came first, named or not; None: no face was found."""
    score: float
    """Of whoever came first, 0 to 1; a name is given from 0.5 on."""
    row: int = field(metadata=UNWRITTEN)
    """Of the embedded pictures."""

    @property
    def taken_for(self) -> str | None:
        """The name that was given, if one was."""
        named = self.outcome in {"right", "wrong", "stranger-named"}
        return self.first if named else None


def ask(people: EmbeddedPeople, recogniser: Recogniser, rows: list[int]) -> tuple[Answer, ...]:
    """Ask the gallery about pictures, in the order of `rows`."""
    by_name = {plain_name(person.name): person.name for person in recogniser.people}
    faces = np.array([row for row in rows if people.looks[row] is not None], np.int64)
    scores = recogniser.score(people.embeddings(faces))
    best = dict(zip(faces.tolist(), scores.argmax(axis=1).tolist(), strict=True))
    top = dict(zip(faces.tolist(), scores.max(axis=1).tolist(), strict=True))
    answers = []
    for row in rows:
        name = people.pictures.pictures[row].name
        person = by_name.get(plain_name(name), name)
        first = recogniser.people[best[row]].name if row in best else None
        known, score = plain_name(name) in by_name, float(top.get(row, 0.0))
        answers.append(
            Answer(
                place=people.pictures.places[row],
                person=person,
                known=known,
                outcome=_outcome(person, first, score, known=known),
                first=first,
                score=score,
                row=row,
            )
        )
    return tuple(answers)


def _outcome(person: str, first: str | None, score: float, *, known: bool) -> Outcome:
    if first is None:
        return "no-face"
    if score < NAMED_FROM:
        return "unknown" if known else "stranger-unknown"
    if not known:
        return "stranger-named"
    return "right" if first == person else "wrong"
