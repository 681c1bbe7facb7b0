"""The people somebody has enrolled: names, and the points their pictures became."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from re import fullmatch
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from playbill.core.arrays import owned_rows
from playbill.core.embeddings import Embeddings
from playbill.core.names import clean_name
from playbill.core.people import Person
from playbill.errors import GalleryError


@dataclass(frozen=True, slots=True, eq=False)
class Enrolment:
    """Pictures of one person, to be put into a gallery."""

    name: str
    embeddings: Embeddings
    """One row per picture."""
    sources: Sequence[str]
    """The SHA-256 of each row's picture file."""


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """People, and the embeddings of their enrolment pictures. Every person has at least one.

    >>> gallery = Gallery.empty("net@0123456789ab")
    >>> point = Embeddings.normalised([[3.0, 4.0]], "net@0123456789ab")
    >>> gallery = gallery.add(Enrolment(" Ada Lovelace ", point, ["0" * 64]))
    >>> [person.name for person in gallery.people]
    ['Ada Lovelace']
    """

    people: tuple[Person, ...]
    embeddings: Embeddings
    person_of_row: NDArray[np.int64]
    """(n,) indices into `people`."""
    sources: tuple[str, ...]
    """(n,) the SHA-256 of each row's picture file."""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the first picture was enrolled, with a time zone."""

    def __post_init__(self) -> None:
        n, people = len(self.embeddings), len(self.people)
        rows = owned_rows("person_of_row", self.person_of_row, np.int64, ())
        if len(rows) != n or len(self.sources) != n:
            raise ValueError(
                f"person_of_row and sources must have {n} rows, "
                f"got {len(rows)} and {len(self.sources)}"
            )
        if not np.array_equal(np.unique(rows), np.arange(people)):
            raise ValueError(f"person_of_row must name each of {people} people, and no others")
        if len({person.id for person in self.people}) != people:
            raise ValueError("two people must not have the same id")
        if any(not fullmatch(r"[0-9a-f]{64}", source) for source in self.sources):
            raise ValueError("sources must be SHA-256 digests, 64 lower-case hexadecimal digits")
        if self.created.tzinfo is None:
            raise ValueError("created must have a time zone")
        object.__setattr__(self, "person_of_row", rows)

    @classmethod
    def empty(cls, space: str) -> "Gallery":
        """Nobody yet, for embeddings of the network `space` (see `Embeddings.model`)."""
        nothing = Embeddings(np.empty((0, 0), np.float32), space)
        return cls((), nothing, np.empty(0, np.int64), ())

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def space(self) -> str:
        """The network whose embeddings these are."""
        return self.embeddings.model

    def add(self, *enrolments: Enrolment) -> "Gallery":
        """A gallery with these pictures too.

        A name that is already there gets more pictures and keeps its id; a picture that the person
        already has is not added again.

        Raises:
            GalleryError: a name is blank, too long or has control characters; embeddings are of
                another network.
        """
        number = {person.name: i for i, person in enumerate(self.people)}
        people, rows, sources = list(self.people), list(self.person_of_row), list(self.sources)
        known = set(zip(rows, sources, strict=True))
        vectors = [self.embeddings.vectors] if len(self) else []
        for enrolment in enrolments:
            require_space(enrolment.embeddings, self.space)
            name = clean_name(enrolment.name)
            if not len(enrolment.embeddings):
                raise ValueError(f"{name!r} must come with at least one picture")
            if name not in number:
                number[name] = len(people)
                people.append(Person(uuid4().hex, name))
            person = number[name]
            pairs = zip(range(len(enrolment.embeddings)), enrolment.sources, strict=True)
            new = [(row, source) for row, source in pairs if (person, source) not in known]
            known.update((person, source) for _, source in new)
            vectors.append(enrolment.embeddings.vectors[[row for row, _ in new]])
            rows += [person] * len(new)
            sources += [source for _, source in new]
        joined = np.concatenate(vectors) if vectors else self.embeddings.vectors
        return Gallery(
            tuple(people),
            Embeddings(joined, self.space),
            np.array(rows, np.int64),
            tuple(sources),
            self.created,
        )

    def without(self, person: Person) -> "Gallery":
        """A gallery in which nothing of this person is left.

        Raises:
            GalleryError: nobody here has this id.
        """
        ids = [known.id for known in self.people]
        if person.id not in ids:
            raise GalleryError(f"{person.name}: nobody in the gallery has the id {person.id}")
        return self.picked(np.flatnonzero(self.person_of_row != ids.index(person.id)))

    def picked(self, rows: NDArray[np.int64]) -> "Gallery":
        """The gallery that these rows alone make; people without a row are not in it."""
        numbers, person_of_row = np.unique(self.person_of_row[rows], return_inverse=True)
        return replace(
            self,
            people=tuple(self.people[i] for i in numbers),
            embeddings=Embeddings(self.embeddings.vectors[rows], self.space),
            person_of_row=person_of_row,
            sources=tuple(self.sources[row] for row in rows),
        )


def require_space(embeddings: Embeddings, space: str) -> None:
    """Refuse embeddings that are not of the network `space`.

    Raises:
        GalleryError: they are of another one.
    """
    if embeddings.model != space:
        raise GalleryError(
            f"the gallery's pictures were embedded by {space}, found embeddings of "
            f"{embeddings.model}, expected the same network"
        )
