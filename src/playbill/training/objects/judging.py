"""What COCO's judge says of an SSD on labelled pictures.

Answers are made as `models/ssd.py` makes them (the same decoding, the same selection), so that a
network is judged in training as it will be used.
"""

from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import torch
from faster_coco_eval import COCO, COCOeval_faster
from numpy.typing import NDArray

from playbill.core.boxes import xyxy_to_xywh
from playbill.core.detections import Detections
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
    answers = [answer for i, rows in enumerate(found, start=1) for answer in _answers(i, rows)]
    if not answers:
        return {"AP": 0.0, "AP50": 0.0}
    with redirect_stdout(StringIO()):
        truth = COCO(_truth(samples, len(found[0].labels)))
        judge = COCOeval_faster(truth, truth.loadRes(answers), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return {"AP": float(judge.stats[0]), "AP50": float(judge.stats[1])}


def _truth(samples: Sequence[Sample], classes: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for i, sample in enumerate(samples, start=1):
        boxes = xyxy_to_xywh(sample.boxes_xyxy)
        for box, column, ignored in zip(boxes, sample.columns, sample.ignored, strict=True):
            rows.append(
                {
                    "id": len(rows) + 1,
                    "image_id": i,
                    "category_id": int(column),
                    "bbox": box.tolist(),
                    "area": float(box[2] * box[3]),
                    "iscrowd": int(ignored),
                }
            )
    sizes = [sample.size_wh for sample in samples]
    return {
        "images": [{"id": i, "width": w, "height": h} for i, (w, h) in enumerate(sizes, start=1)],
        "annotations": rows,
        "categories": [{"id": i, "name": str(i)} for i in range(1, classes + 1)],
    }


def _answers(picture: int, found: Detections) -> Iterator[dict[str, Any]]:
    boxes = xyxy_to_xywh(found.boxes_xyxy)
    for box, class_id, score in zip(boxes, found.class_ids, found.scores, strict=True):
        yield {
            "image_id": picture,
            "category_id": int(class_id) + 1,
            "bbox": box.tolist(),
            "score": float(score),
        }


def _device(module: Any) -> torch.device:
    device: torch.device = next(module.parameters()).device
    return device
