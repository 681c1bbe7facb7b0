"""What one frame shows, after the findings of all networks are put together."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from playbill.core.people import Match

Kind = Literal["person", "object"]
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
    """None: nobody was asked for, since there is no face or no gallery."""

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
