"""What things and appearances are of, so that those of one subject can be put together."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "object"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody, or a class of objects, within one medium."""

    kind: Kind
    class_id: int
    """Index into COCO's 80 labels."""
    person_id: str | None = None
    """None: an object, or somebody without a name."""
    unknown: int | None = None
    """Number of a person without a name; None as well: somebody whose face is not seen."""
