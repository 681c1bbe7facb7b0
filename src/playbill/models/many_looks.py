"""An object detector that looks at each picture several times: in other sizes, mirrored."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.limits import ScoreLimits
from playbill.core.ports import ObjectDetector
from playbill.core.run import ModelUse
from playbill.models.cards import Look, ModelCard
from playbill.models.fusion import fused
from playbill.models.options import DEFAULT_OPTIONS, SessionOptions
from playbill.models.store import ModelStore
from playbill.models.thresholds import score_limits
from playbill.models.yolox import MIN_SCORE, YoloxDetector

FAINT = 0.25
"""What scores so much of the least score in one look may still count by what others say."""


class ManyLooks:
    """Detectors of one network as one: what their looks agree on scores high."""

    def __init__(
        self, detectors: Sequence[tuple[ObjectDetector, Look]], *, limits: ScoreLimits
    ) -> None:
        """Ask each of `detectors`, which let faint answers through, for its look.

        Args:
            detectors: at least one; of the same network and labels.
            limits: what a row must score on average over all looks.
        """
        first, _ = detectors[0]
        self.use: ModelUse = first.use
        self.labels = first.labels
        self.limits = limits
        self._detectors = tuple(detectors)

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        *,
        min_score: float | None = None,
    ) -> "ManyLooks":
        """Open the network of `card` once for each size of its looks.

        `min_score` is as in `YoloxDetector.open`.

        Raises:
            ModelError: its file is missing, altered, or not what the card says.
        """
        limits = score_limits(card.labels, card.thresholds, min_score, MIN_SCORE)
        by_side = {
            side: YoloxDetector.open(
                replace(card, input=replace(card.input, size_wh=(side, side))),
                store,
                options,
                min_score=min(limits.shown) * FAINT,
            )
            for side in {look.side_px for look in card.looks}
        }
        detectors = [(by_side[look.side_px], look) for look in card.looks]
        return cls(detectors, limits=limits)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """See `ObjectDetector`."""
        mirrors = [_mirror_image(frame) for frame in frames]
        looks = []
        for detector, look in self._detectors:
            found = detector.detect(mirrors if look.mirrored else frames)
            if look.mirrored:
                found = [
                    _mirrored(rows, mirror) for rows, mirror in zip(found, mirrors, strict=True)
                ]
            looks.append(found)
        least = min(self.limits.shown)
        return [self._shown(fused(rows, min_score=least)) for rows in zip(*looks, strict=True)]

    def _shown(self, found: Detections) -> Detections:
        limits = np.array(self.limits.shown, np.float32)
        return found.rows(found.scores >= limits[found.class_ids])


def _mirror_image(frame: Frame) -> Frame:
    """Left and right exchanged."""
    return replace(frame, image=np.ascontiguousarray(frame.image[:, ::-1]))


def _mirrored(rows: Detections, mirror: Frame) -> Detections:
    """What was found in a mirror image, where it lies in the picture."""
    boxes = rows.boxes_xyxy.copy()
    boxes[:, [0, 2]] = mirror.size_wh[0] - rows.boxes_xyxy[:, [2, 0]]
    return replace(rows, boxes_xyxy=boxes)
