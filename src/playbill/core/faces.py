"""Faces found in a frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.arrays import owned_boxes, owned_rows, owned_scores


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces found in one frame, one row per face, best score first."""

    boxes_xyxy: NDArray[np.float32]
    """(n, 4) left, top, right, bottom, in pixels of the upright picture."""
    scores: NDArray[np.float32]
    """(n,) the detector's confidence, 0 to 1, not calibrated."""
    landmarks: NDArray[np.float32]
    """(n, 5, 2) x, y: eyes, nose, mouth corners (the left of the picture first), in pixels."""

    def __post_init__(self) -> None:
        boxes = owned_boxes("boxes_xyxy", self.boxes_xyxy)
        landmarks = owned_rows("landmarks", self.landmarks, np.float32, (5, 2))
        if len(landmarks) != len(boxes):
            raise ValueError(f"landmarks must have {len(boxes)} rows, got {len(landmarks)}")
        object.__setattr__(self, "boxes_xyxy", boxes)
        object.__setattr__(self, "scores", owned_scores("scores", self.scores, len(boxes)))
        object.__setattr__(self, "landmarks", landmarks)

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    @classmethod
    def empty(cls) -> "Faces":
        """No face found."""
        nothing = np.empty(0, np.float32)
        return cls(np.empty((0, 4), np.float32), nothing, np.empty((0, 5, 2), np.float32))
