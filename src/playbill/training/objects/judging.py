"""What COCO's judge says of an SSD on labelled pictures.

Answers are made as `models/ssd.py` makes them (the same decoding, the same selection), so that a
network is judged in training as it will be used.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playbill.core.detections import Detections
from playbill.datasets.objects import PictureObjects
from playbill.evaluation.objects.detecting import DetectedObjects
from playbill.evaluation.objects.precision import judge
from playbill.models.pictures import resized
from playbill.models.selection import select_detections
from playbill.models.ssd import decode_boxes
from playbill.training.objects.batches import to_input
from playbill.training.objects.samples import Sample

MIN_SCORE = 0.01
"""Far below what users want: average precision asks for the weak answers too."""
AT_ONCE = 16
"""Pictures that go through the network together."""


def detections(
    module: Any, samples: Sequence[Sample], anchors_yxhw: NDArray[np.float32], labels: Sequence[str]
) -> Iterator[Detections]:
    """What `module`, (n, 3, side, side) -> offsets and logits, finds in each picture."""
    for start in range(0, len(samples), AT_ONCE):
        some = samples[start : start + AT_ONCE]
        images = [resized(sample.image(), (module.side, module.side)) for sample in some]
        with torch.inference_mode():
            encodings, logits = module(to_input(images).to(_device(module)))
        scores = logits.float().sigmoid()[..., 1:].cpu().numpy()
        for sample, offsets, row in zip(some, encodings.float().cpu().numpy(), scores, strict=True):
            boxes = decode_boxes(offsets, anchors_yxhw)
            boxes *= np.array(sample.size_wh * 2, np.float32)
            yield select_detections(boxes, row, tuple(labels), sample.size_wh, min_score=MIN_SCORE)


def average_precision(found: Sequence[Detections], samples: Sequence[Sample]) -> dict[str, float]:
    """`AP` over IoUs of 0.5 to 0.95, and `AP50`, of what was found in each of `samples`.

    Classes of which `samples` hold no object do not count. 0 where nothing was found at all.
    """
    if not any(len(one) for one in found):
        return {"AP": 0.0, "AP50": 0.0}
    labels = found[0].labels
    pictures = tuple(_as_picture(sample) for sample in samples)
    known = np.ones(len(labels), np.bool_)
    overall = judge(DetectedObjects(labels, known, pictures, tuple(found))).overall
    return {"AP": overall.ap or 0.0, "AP50": overall.ap50 or 0.0}


def _as_picture(sample: Sample) -> PictureObjects:
    return PictureObjects(
        path=sample.path,
        name=sample.name,
        size_wh=sample.size_wh,
        boxes_xyxy=sample.boxes_xyxy.astype(np.float64),
        class_ids=sample.columns - 1,
        crowd=sample.ignored,
    )


def _device(module: Any) -> torch.device:
    device: torch.device = next(module.parameters()).device
    return device
