"""Labelled pictures and detections by hand and by lot, and COCO's own judge over them."""

from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from playbill.core.detections import Detections
from playbill.datasets.objects import PictureObjects
from playbill.evaluation.objects.detecting import DetectedObjects

LABELS = ("cat", "dog", "bird")
Box = Sequence[float]


def labelled(
    *objects: tuple[str, Box],
    crowd: Sequence[int] = (),
    difficult: Sequence[int] = (),
    name: str = "a.png",
) -> PictureObjects:
    """A picture of 200 x 200 pixels with these objects."""
    n = len(objects)
    return PictureObjects(
        path=Path(name),
        name=name,
        size_wh=(200, 200),
        boxes_xyxy=np.array([box for _, box in objects], np.float64).reshape(-1, 4),
        class_ids=np.array([LABELS.index(label) for label, _ in objects], np.int64),
        crowd=np.isin(np.arange(n), crowd),
        difficult=np.isin(np.arange(n), difficult),
    )


def seen(*rows: tuple[str, Box, float]) -> Detections:
    """Detections with their scores, best first."""
    ordered = sorted(rows, key=lambda row: -row[2])
    return Detections(
        np.array([box for _, box, _ in ordered], np.float32).reshape(-1, 4),
        np.array([score for _, _, score in ordered], np.float32),
        np.array([LABELS.index(label) for label, _, _ in ordered], np.int64),
        LABELS,
    )


def detected(
    *pairs: tuple[PictureObjects, Detections], known: Sequence[bool] = (True, True, True)
) -> DetectedObjects:
    """What a network that knows these labels found in these pictures."""
    pictures, found = zip(*pairs, strict=True)
    return DetectedObjects(LABELS, np.array(known), pictures, found)


def by_lot(random: np.random.Generator, pictures: int = 6) -> DetectedObjects:
    """Random boxes, most of which are found a little off, on a coarse grid so that ties happen."""
    pairs = []
    for number in range(pictures):
        n = int(random.integers(0, 9))
        starts = random.integers(0, 12, (n, 2)) * 10
        boxes = np.concatenate([starts, starts + random.integers(2, 12, (n, 2)) * 6], axis=1)
        classes = random.integers(0, len(LABELS), n)
        picture = PictureObjects(
            path=Path(f"{number}.png"),
            name=f"{number}.png",
            size_wh=(200, 200),
            boxes_xyxy=boxes,
            class_ids=classes,
            crowd=random.random(n) < 0.15,
        )
        rows = random.integers(0, n, int(random.integers(0, 12))) if n else np.empty(0, np.int64)
        off = random.integers(-2, 3, (len(rows), 4)) * 2
        other = random.random(len(rows)) < 0.2
        found = [
            (LABELS[(classes[row] + wrong) % len(LABELS)], boxes[row] + shift, score)
            for row, wrong, shift, score in zip(
                rows, other, off, random.integers(1, 9, len(rows)) / 10, strict=True
            )
        ]
        pairs.append((picture, seen(*found)))
    return detected(*pairs)


def coco_judge(found: DetectedObjects) -> COCOeval:
    """pycocotools, having judged."""
    annotations: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for number, (picture, rows) in enumerate(zip(found.pictures, found.found, strict=True)):
        for row in range(len(picture)):
            left, top, right, bottom = map(float, picture.boxes_xyxy[row])
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": int(picture.class_ids[row]) + 1,
                    "bbox": [left, top, right - left, bottom - top],
                    "area": float(picture.areas[row]),
                    "iscrowd": int(picture.crowd[row]),
                }
            )
        for row in range(len(rows)):
            left, top, right, bottom = map(float, rows.boxes_xyxy[row])
            answers.append(
                {
                    "image_id": number,
                    "category_id": int(rows.class_ids[row]) + 1,
                    "bbox": [left, top, right - left, bottom - top],
                    "score": float(rows.scores[row]),
                }
            )
    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": number} for number in range(len(found.pictures))],
        "categories": [{"id": i + 1, "name": label} for i, label in enumerate(found.labels)],
        "annotations": annotations,
    }
    with redirect_stdout(StringIO()):
        truth.createIndex()
        judging = COCOeval(truth, truth.loadRes(answers), "bbox")
        judging.evaluate()
        judging.accumulate()
        judging.summarize()
    return judging
