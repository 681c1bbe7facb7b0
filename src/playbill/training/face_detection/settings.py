"""How a face detector learns; nothing here needs torch."""

from dataclasses import dataclass, field
from pathlib import Path

from playbill.training.settings import LoopSettings

MAX_FACES = 32
"""Faces and disputed places of one view; of more the smallest go."""


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How pictures vary that the network is shown."""

    side_px: int = 256
    """Of the squares that it learns from."""
    faces_px: tuple[float, float] = (9.0, 110.0)
    """How wide the face is that a view is made around, evenly over the logarithm."""
    turn_deg: float = 25.0
    """At most, either way."""
    empty: float = 0.3
    """Share of views that are of pictures without people."""

    def __post_init__(self) -> None:
        if self.side_px % 32 or self.side_px < 64:
            raise ValueError(f"side_px must be a multiple of 32 from 64 on, got {self.side_px}")
        if not 0 < self.faces_px[0] < self.faces_px[1]:
            raise ValueError(f"faces_px must rise from above 0, got {self.faces_px}")
        if not 0 <= self.empty < 1:
            raise ValueError(f"empty must be from 0 to below 1, got {self.empty}")


FACE_DETECTION_LOOP = LoopSettings(
    steps=800,
    learning_rate=3e-4,
    weight_decay=0.0,
    optimiser="adamw",
    warmup_steps=40,
    ema=0.99,
    evaluate_every=200,
    precision="float32",
)
"""Float32, since convolutions of single channels are ten times as slow in bf16 when they learn."""


@dataclass(frozen=True, slots=True)
class FaceDetectionRequest:
    """What is to be learned from what."""

    start: str
    """A YuNet that the store knows: it teaches, and its weights are begun with."""
    other: str
    """Another face detector: only faces that both find are learned."""
    sources: tuple[Path, ...]
    """Folders of pictures, or labelled pictures (COCO, VOC, YOLO, CVAT): of those, the ones without
    a labelled person hold no face, whatever the detectors say."""
    held_out: Path | None = None
    """Labelled pictures to measure on, and to choose by how far to go from the start."""
    frozen: int = 2
    """So many of the first stages keep their weights, and the stem; 0: everything learns."""
    batch: int = 10
    views: ViewSettings = field(default_factory=ViewSettings)
    loop: LoopSettings = FACE_DETECTION_LOOP
