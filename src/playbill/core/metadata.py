"""What one frame shows, after the findings of all networks are put together."""

from dataclasses import dataclass
from fractions import Fraction

from playbill.core.people import Match
from playbill.core.subjects import Kind, Subject

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the upright picture."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where the face of a person is."""

    box_xyxy: Box
    score: float


@dataclass(frozen=True, slots=True)
class Thing:
    """One person or object in one frame."""

    kind: Kind
    class_id: int
    """Index into COCO's 80 labels."""
    label: str
    box_xyxy: Box
    """The body of a person; the face where no body was found."""
    score: float
    face: FaceBox | None = None
    """None: no face was found (or it is no person)."""
    match: Match | None = None
    """None: nobody was asked for, since there is no face or no gallery. With a person and without a
    face: the face was seen before or after, and the body carried the name here."""
    unknown: int | None = None
    """Which of the medium's people without a name, from 1; None: they have one, or their face is
    not seen."""

    def __post_init__(self) -> None:
        if self.unknown is not None and (self.unknown < 1 or self.name is not None):
            raise ValueError(f"unknown must be a number from 1 of nobody named, got {self}")

    @property
    def subject(self) -> Subject:
        """Who or what it is."""
        person = self.match.person if self.match else None
        return Subject(self.kind, self.class_id, person.id if person else None, self.unknown)

    @property
    def name(self) -> str | None:
        """The person's name, or None."""
        return self.match.person.name if self.match and self.match.person else None


@dataclass(frozen=True, slots=True)
class FrameMetadata:
    """One analysed frame."""

    index: int
    time_s: Fraction
    things: tuple[Thing, ...]
