"""Objects found in a frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.arrays import owned_boxes, owned_rows, owned_scores


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Objects found in one frame, one row per object, best score first.

    >>> from playbill.core.labels import COCO_80
    >>> found = Detections(np.array([[10, 20, 30, 60]]), np.array([0.9]), np.array([16]), COCO_80)
    >>> found.names()
    ['dog']
    """

    boxes_xyxy: NDArray[np.float32]
    """(n, 4) left, top, right, bottom, in pixels of the upright picture."""
    scores: NDArray[np.float32]
    """(n,) the model's confidence, 0 to 1, not calibrated."""
    class_ids: NDArray[np.int64]
    """(n,) indices into `labels`."""
    labels: tuple[str, ...]
    """The label set of the model that produced these rows."""

    def __post_init__(self) -> None:
        boxes = owned_boxes("boxes_xyxy", self.boxes_xyxy)
        class_ids = owned_rows("class_ids", self.class_ids, np.int64, ())
        if len(class_ids) != len(boxes):
            raise ValueError(f"class_ids must have {len(boxes)} rows, got {len(class_ids)}")
        if ((class_ids < 0) | (class_ids >= len(self.labels))).any():
            raise ValueError(f"class_ids must be indices into {len(self.labels)} labels")
        object.__setattr__(self, "boxes_xyxy", boxes)
        object.__setattr__(self, "scores", owned_scores("scores", self.scores, len(boxes)))
        object.__setattr__(self, "class_ids", class_ids)

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    @classmethod
    def empty(cls, labels: tuple[str, ...]) -> "Detections":
        """Nothing found."""
        nothing = np.empty(0, np.float32)
        return cls(np.empty((0, 4), np.float32), nothing, np.empty(0, np.int64), labels)

    def rows(self, which: NDArray[np.bool_]) -> "Detections":
        """Some of them."""
        return Detections(
            self.boxes_xyxy[which], self.scores[which], self.class_ids[which], self.labels
        )

    def names(self) -> list[str]:
        """The label of every row."""
        return [self.labels[class_id] for class_id in self.class_ids]
