"""Average precision of the object networks on COCO pictures, and how long they take."""

import json
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from PIL import Image

from benchmarks.inputs import crowd_frames, data_file
from benchmarks.rows import Row
from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.labels import COCO_90_TO_80
from playbill.core.ports import ObjectDetector
from playbill.models.options import Precision, SessionOptions
from playbill.models.ssd import SsdDetector
from playbill.models.store import ModelStore
from playbill.models.yolox import YoloxDetector

MIN_SCORE = 0.01
"""Far below what users want: average precision asks for the weak answers too."""
OPENERS: dict[str, Callable[..., ObjectDetector]] = {
    "ssd_mobilenet_v1_coco": SsdDetector.open,
    "yolox_nano": YoloxDetector.open,
}
TARGETS = {"ssd_mobilenet_v1_coco": (0.20, 0.34), "yolox_nano": (0.27, 0.0)}
"""AP and AP50 to be reached; 0: nothing is asked."""
COCO_80_TO_90 = {coco_80: coco_90 for coco_90, coco_80 in COCO_90_TO_80.items()}


@dataclass(frozen=True, slots=True)
class Precisions:
    """What the judge says, over 80 classes."""

    ap: float
    ap50: float


def run() -> list[Row]:
    """Both networks, in the precision that users get and in float32."""
    rows = []
    for name in OPENERS:
        for precision in ("auto", "float32"):
            rows += measured(name, precision)
    return rows


def measured(name: str, precision: Precision) -> list[Row]:
    """Average precision on the 100 pictures of COCO's val set, and the time for one picture."""
    detector = open_detector(name, precision)
    found = average_precision(detector, data_file("coco"), "val")
    ap, ap50 = TARGETS[name]
    must = f"AP >= {ap:.2f}" + (f", AP50 >= {ap50:.2f}" if ap50 else "")
    what = f"objects, data/coco/val, {name}, {detector.use.precision}"
    return [
        Row(
            what=what,
            must=must,
            measured=f"AP {found.ap:.3f}, AP50 {found.ap50:.3f}",
            met=found.ap >= ap and found.ap50 >= ap50,
            note=f"100 pictures, judge faster-coco-eval, min_score {MIN_SCORE}",
        ),
        timing(name, precision),
    ]


def timing(name: str, precision: Precision) -> Row:
    """Milliseconds a Full HD frame, one by one and eight at a time."""
    options = SessionOptions(precision=precision)
    detector = OPENERS[name](ModelStore.default().card(name), ModelStore.default(), options)
    frames = [Frame.still(image) for image in crowd_frames(14)[:8]]
    alone = [timed(detector, [frame]) for _ in range(3) for frame in frames]
    together = [timed(detector, frames) / len(frames) for _ in range(5)]
    return Row(
        what=f"objects, one 1080p frame, {name}, {detector.use.precision}",
        must="-",
        measured=f"{median(alone):.1f} ms alone, {median(together):.1f} ms of eight",
        met=True,
        note="medians of 24 and 5; resizing, network and selection",
    )


def timed(detector: ObjectDetector, frames: list[Frame]) -> float:
    """Milliseconds for `frames`."""
    start = time.perf_counter()
    detector.detect(frames)
    return (time.perf_counter() - start) * 1e3


def open_detector(name: str, precision: Precision) -> ObjectDetector:
    """The network `name`, with weak answers too."""
    store = ModelStore.default()
    options = SessionOptions(precision=precision)
    return OPENERS[name](store.card(name), store, options, min_score=MIN_SCORE)


def average_precision(detector: ObjectDetector, coco: Path, split: str) -> Precisions:
    """What COCO's judge says of `detector` on the pictures of `split`."""
    annotations = coco / f"instances_{split}.json"
    pictures = json.loads(annotations.read_text("utf-8"))["images"]
    answers: list[dict[str, Any]] = []
    for picture in pictures:
        with Image.open(coco / split / picture["file_name"]) as file:
            frame = Frame.still(np.asarray(file.convert("RGB")))
        answers += as_answers(picture["id"], detector.detect([frame])[0])
    with redirect_stdout(StringIO()):
        truth = COCO(str(annotations))
        judge = COCOeval_faster(truth, truth.loadRes(answers), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return Precisions(ap=float(judge.stats[0]), ap50=float(judge.stats[1]))


def as_answers(picture_id: int, found: Detections) -> list[dict[str, Any]]:
    """Rows as COCO's judge reads them: x, y, width, height and one of the 90 ids."""
    return [
        {
            "image_id": picture_id,
            "category_id": COCO_80_TO_90[int(class_id)],
            "bbox": [float(x) for x in (box[0], box[1], box[2] - box[0], box[3] - box[1])],
            "score": float(score),
        }
        for box, class_id, score in zip(
            found.boxes_xyxy, found.class_ids, found.scores, strict=True
        )
    ]
