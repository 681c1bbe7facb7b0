"""How well a YuNet finds the faces of pictures held out, read as `models/yunet.py` reads it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playbill.core.boxes import box_overlaps, nms
from playbill.core.frame import Image
from playbill.models.pyramid import rounded_up, scaled, with_round_sides
from playbill.models.yolox import STRIDES
from playbill.models.yunet import CELL, MAX_OVERLAP, Found, decode
from playbill.models.yunet_map import PARTS, map_of
from playbill.training.face_detection.collecting import LookedAt
from playbill.training.networks.yunet import YuNet

SIZES = {"AP": 512, "AP small": 256}
"""Longest sides at which the pictures are looked at."""
MIN_SCORE = 0.1
RIGHT_OVERLAP = 0.5
DISPUTED_OVERLAP = 0.3


class Judged(NamedTuple):
    """What was found in some pictures: a score for each box, and whether it is a face."""

    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    faces: int
    """That there are."""


def measure(network: YuNet, pictures: Sequence[LookedAt]) -> dict[str, float]:
    """Average precision at IoU 0.5, at two sizes of the pictures; what is disputed counts not."""
    return {
        name: average_precision([_judged(network, picture, side) for picture in pictures])
        for name, side in SIZES.items()
    }


def average_precision(parts: Sequence[Judged]) -> float:
    """The area below precision over recall, each precision the best from there on.

    >>> one = Judged(np.array([0.9, 0.5], np.float32), np.array([True, False]), 1)
    >>> average_precision([one])
    1.0
    """
    scores = np.concatenate([part.scores for part in parts])
    right = np.concatenate([part.right for part in parts])[np.argsort(-scores, kind="stable")]
    faces = sum(part.faces for part in parts)
    if not faces:
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    best_from_there = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_from_there[right].sum() / faces)


def _judged(network: YuNet, picture: LookedAt, side: int) -> Judged:
    image = picture.image()
    scale = min(side / max(image.shape[:2]), 1.0)
    size_wh = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    found = look(network, scaled(image, size_wh))
    return judge(found, picture, scale)


def judge(found: Found, picture: LookedAt, scale: float) -> Judged:
    """Match what was found at `scale` with the faces of the picture, each face once."""
    boxes, faces = found.boxes_xyxy / np.float32(scale), picture.faces.boxes_xyxy
    fitting = box_overlaps(boxes, faces) >= RIGHT_OVERLAP
    right = np.zeros(len(boxes), np.bool_)
    for row in np.argsort(-found.scores, kind="stable"):
        if fitting[row].any():
            right[row] = True
            fitting[:, int(fitting[row].argmax())] = False
    counted = np.ones(len(boxes), np.bool_)
    if not picture.empty:
        unsure = np.concatenate([picture.disputed_xyxy, faces])
        counted = right | ~(box_overlaps(boxes, unsure) >= DISPUTED_OVERLAP).any(axis=1)
    return Judged(found.scores[counted], right[counted], len(faces))


@torch.inference_mode()
def look(network: YuNet, image: Image) -> Found:
    """The faces that `network` finds in a picture as it is."""
    height, width = image.shape[:2]
    device = next(network.parameters()).device
    maps = network.maps(to_input(with_round_sides(image, CELL)[None]).to(device))
    outputs = {
        map_of(stride): torch.cat([maps[part][grid] for part in PARTS], dim=1).float().cpu().numpy()
        for grid, stride in enumerate(STRIDES)
    }
    size_wh = rounded_up(width, CELL), rounded_up(height, CELL)
    found = decode(outputs, size_wh, MIN_SCORE, "the network in training")
    kept = nms(found.boxes_xyxy, found.scores, MAX_OVERLAP)
    return Found(*(array[kept] for array in found))


def to_input(pictures: NDArray[np.uint8]) -> Tensor:
    """(n, h, w, 3) RGB -> (n, 3, h, w) BGR, 0 to 255, as float32."""
    turned = np.ascontiguousarray(pictures[..., ::-1].transpose(0, 3, 1, 2))
    return torch.from_numpy(turned).float()
