"""People by name or number, and the answer to "who is it?"."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the archive knows. The id stays when the name is changed."""

    id: str
    name: str

    def __post_init__(self) -> None:
        if not self.id or not self.name.strip():
            raise ValueError("a person has an id and a name that is not blank")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a face without a name may show."""

    person: Person
    probability: float
    """0 to 1, calibrated: of candidates with 0.3 three in ten are right."""

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability must lie between 0 and 1, got {self.probability}")


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one face or one track: a person, or nobody the gallery knows."""

    person: Person | None
    """None: unknown."""
    score: float
    """0 to 1, of the best candidate; a name is given from 0.5 on (see `recognition`)."""
    candidates: tuple[Candidate, ...] = ()
    """Of somebody unknown: who it may be, the likeliest first; never counted as named."""

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1:
            raise ValueError(f"score must lie between 0 and 1, got {self.score}")
        if self.person is not None and self.candidates:
            raise ValueError("somebody with a name has no candidates")


def unknown_title(number: int) -> str:
    """What a person without a name is called; each has a number of their own within a medium.

    >>> unknown_title(2)
    'unknown 2'
    """
    return f"unknown {number}"
