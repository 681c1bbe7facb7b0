"""What a YOLOX in training finds, made as `models/yolox.py` makes its answers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from playbill.core.detections import Detections
from playbill.models.selection import select_detections
from playbill.models.yolox import decode_boxes, grid_cells, inner_size, letterbox
from playbill.training.objects.judging import MIN_SCORE
from playbill.training.objects.samples import Sample
from playbill.training.objects.yolox.batches import to_input
from playbill.training.objects.yolox.cells import log_scores

AT_ONCE = 8
"""Pictures that go through the network together."""


def detections(
    module: Any, samples: Sequence[Sample], side: int, labels: Sequence[str]
) -> Iterator[Detections]:
    """What `module` finds in each picture, letterboxed to `side` x `side`."""
    device = next(module.parameters()).device
    cells, strides = grid_cells((side, side))
    for start in range(0, len(samples), AT_ONCE):
        some = samples[start : start + AT_ONCE]
        pictures = to_input([letterbox(sample.image(), (side, side)) for sample in some])
        with torch.inference_mode():
            answers = module(pictures.to(device)).float().cpu()
            scores = log_scores(answers).exp().numpy()
        for sample, raw, row in zip(some, answers[..., :4].numpy(), scores, strict=True):
            inner_wh = inner_size(sample.size_wh, (side, side))
            scale = np.array(sample.size_wh, np.float32) / np.array(inner_wh, np.float32)
            boxes = decode_boxes(raw, cells, strides) * np.tile(scale, 2)
            yield select_detections(boxes, row, tuple(labels), sample.size_wh, min_score=MIN_SCORE)
