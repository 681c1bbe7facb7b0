"""What the networks say of one frame, before anybody is named."""

from dataclasses import dataclass
from fractions import Fraction

from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """One analysed frame; small enough to keep for a whole video."""

    index: int
    time_s: Fraction
    objects: Detections
    faces: Faces
    embeddings: Embeddings | None
    """One row per face; None: nobody asked who they are."""
    crops: tuple[bytes, ...] | None = None
    """A JPEG per face; None: nobody wants to see them."""
