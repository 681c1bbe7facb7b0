from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np

from playbill.core.frame import Frame
from playbill.core.limits import ScoreLimits
from playbill.core.ports import ObjectDetector
from playbill.models.cards import Look, card_text, read_card
from playbill.models.catalogue import open_object_detector
from playbill.models.many_looks import ManyLooks
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.models.yolox import YoloxDetector
from tests.support.detectors import MIDDLE, SIDE, tiny_yolox

FLOAT32 = SessionOptions(precision="float32", threads=1)
DOG = 16
BOX = (0.5, 0.5, log(2), log(1))
"""In the cell whose corner is (32, 16): from (24, 16) to (56, 32)."""


def detector(folder: Path) -> YoloxDetector:
    card, store = tiny_yolox(folder, {MIDDLE: (BOX, 0.5, {DOG: 1.0})})
    return YoloxDetector.open(card, store, FLOAT32, min_score=0.01)


def found(detector: ObjectDetector) -> list[tuple[str, float, list[float]]]:
    [rows] = detector.detect([Frame.still(np.zeros((SIDE, SIDE, 3), np.uint8))])
    return [
        (name, round(float(score), 3), np.round(box, 3).tolist())
        for name, score, box in zip(rows.names(), rows.scores, rows.boxes_xyxy, strict=True)
    ]


def test_what_is_found_in_a_mirror_image_lies_on_the_other_side(tmp_path: Path) -> None:
    mirrored = ManyLooks(
        [(detector(tmp_path), Look(SIDE, mirrored=True))], limits=ScoreLimits.same(80, 0.3)
    )

    assert found(mirrored) == [("dog", 0.5, [SIDE - 56, 16, SIDE - 24, 32])]


def test_looks_that_do_not_agree_share_their_score(tmp_path: Path) -> None:
    one = detector(tmp_path)
    both = ManyLooks(
        [(one, Look(SIDE)), (one, Look(SIDE, mirrored=True))], limits=ScoreLimits.same(80, 0.2)
    )

    assert found(both) == [
        ("dog", 0.25, [24, 16, 56, 32]),
        ("dog", 0.25, [SIDE - 56, 16, SIDE - 24, 32]),
    ]


def test_a_card_says_which_looks(tmp_path: Path) -> None:
    card, _ = tiny_yolox(tmp_path, {MIDDLE: (BOX, 0.5, {DOG: 1.0})})
    card = replace(card, looks=(Look(SIDE), Look(SIDE, mirrored=True)))
    path = tmp_path / f"{card.name}.card.toml"
    path.write_text(card_text(card), "utf-8")

    opened = open_object_detector(
        card.name, ModelStore([tmp_path], tmp_path), FLOAT32, min_score=0.2
    )

    assert read_card(path) == card
    assert [score for _, score, _ in found(opened)] == [0.25, 0.25]
