"""Average precision as COCO measures it, judged by faster-coco-eval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from numpy.typing import NDArray

from playbill.evaluation.objects.detecting import DetectedObjects

_BEYOND_ALL = 1e12
"""Square pixels: an object of this area lies outside every range of areas, which is how COCO's
judge leaves out objects without punishing a detection on them."""
_ALL, _SMALL, _MEDIUM, _LARGE = range(4)
"""Ranges of areas, divided at 32 x 32 and 96 x 96 pixels."""
_MOST = 2
"""The third of COCO's limits: 1, 10, 100 detections a picture."""


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """COCO's twelve figures but those that hardly anybody reads; None: no object of that kind."""

    ap: float | None
    """Mean over IoU 0.50, 0.55, ..., 0.95 and over the classes."""
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    """Objects of less than 32 x 32 pixels."""
    ap_medium: float | None
    ap_large: float | None
    """Of 96 x 96 pixels and more."""
    ar100: float | None
    """Average recall with at most 100 detections a picture."""


@dataclass(frozen=True, slots=True)
class ClassPrecision:
    """One class that the data set has objects of."""

    label: str
    objects: int
    """That count: no crowds, nothing difficult."""
    ap: float | None
    ap50: float | None
    ar100: float | None


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """A point of the curve at IoU 0.5."""

    recall: float
    precision: float
    """Mean over the classes, each interpolated as COCO does it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What COCO's judge says."""

    overall: AveragePrecision
    classes: tuple[ClassPrecision, ...]
    """Of the data set's order."""
    curve: tuple[PrecisionRecall, ...]


def judge(detected: DetectedObjects) -> Judgement:
    """Judge what a network found, over the classes that it knows.

    Crowds are ignored as COCO does it (whatever lies in one is neither right nor wrong), what is
    marked difficult as VOC does it (one detection on it is neither right nor wrong).
    """
    truth = COCO(_truth(detected))
    found = truth.loadRes(_answers(detected))
    judging = COCOeval_faster(truth, found, "bbox")
    judging.params.catIds = [int(i) + 1 for i in np.flatnonzero(detected.known)]
    judging.evaluate()
    judging.accumulate()
    precision = np.asarray(judging.eval["precision"], np.float64)
    recall = np.asarray(judging.eval["recall"], np.float64)
    return Judgement(
        _overall(precision, recall), _classes(detected, precision, recall), _curve(precision)
    )


def _overall(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> AveragePrecision:
    """From (IoUs, recalls, classes, areas, limits) and (IoUs, classes, areas, limits)."""
    most = precision[..., _MOST]
    return AveragePrecision(
        ap=_mean(most[..., _ALL]),
        ap50=_mean(most[0, ..., _ALL]),
        ap75=_mean(most[5, ..., _ALL]),
        ap_small=_mean(most[..., _SMALL]),
        ap_medium=_mean(most[..., _MEDIUM]),
        ap_large=_mean(most[..., _LARGE]),
        ar100=_mean(recall[..., _ALL, _MOST]),
    )


def _classes(
    detected: DetectedObjects, precision: NDArray[np.float64], recall: NDArray[np.float64]
) -> tuple[ClassPrecision, ...]:
    counts = np.zeros(len(detected.labels), np.int64)
    for picture in detected.pictures:
        counted = ~(picture.crowd | picture.difficult)
        counts += np.bincount(picture.class_ids[counted], minlength=len(counts))
    return tuple(
        ClassPrecision(
            label=detected.labels[class_id],
            objects=int(counts[class_id]),
            ap=_mean(precision[:, :, k, _ALL, _MOST]),
            ap50=_mean(precision[0, :, k, _ALL, _MOST]),
            ar100=_mean(recall[:, k, _ALL, _MOST]),
        )
        for k, class_id in enumerate(np.flatnonzero(detected.known))
        if counts[class_id]
    )


def _curve(precision: NDArray[np.float64]) -> tuple[PrecisionRecall, ...]:
    at_half = precision[0, :, :, _ALL, _MOST]
    judged = at_half[:, (at_half > -1).all(axis=0)]
    if not judged.shape[1]:
        return ()
    recalls = np.linspace(0, 1, len(judged))
    return tuple(
        PrecisionRecall(float(recall), float(mean))
        for recall, mean in zip(recalls, judged.mean(axis=1), strict=True)
    )


def _mean(values: NDArray[np.float64]) -> float | None:
    """Of what was judged; None: nothing was."""
    judged = values[values > -1]
    return float(judged.mean()) if judged.size else None


def _truth(detected: DetectedObjects) -> dict[str, Any]:
    """The data set as the judge reads it: categories from 1, pictures by their place."""
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(detected.pictures):
        areas = np.where(picture.difficult, _BEYOND_ALL, picture.areas)
        for row, class_id in enumerate(picture.class_ids):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": int(class_id) + 1,
                    "bbox": _xywh(picture.boxes_xyxy[row]),
                    "area": float(areas[row]),
                    "iscrowd": int(picture.crowd[row]),
                }
            )
    return {
        "images": [{"id": number} for number in range(len(detected.pictures))],
        "categories": [
            {"id": number + 1, "name": label} for number, label in enumerate(detected.labels)
        ],
        "annotations": annotations,
    }


def _answers(detected: DetectedObjects) -> list[dict[str, Any]]:
    return [
        {
            "image_id": number,
            "category_id": int(found.class_ids[row]) + 1,
            "bbox": _xywh(found.boxes_xyxy[row]),
            "score": float(found.scores[row]),
        }
        for number, found in enumerate(detected.found)
        for row in range(len(found))
    ]


def _xywh(box_xyxy: Sequence[float] | NDArray[Any]) -> list[float]:
    left, top, right, bottom = (float(edge) for edge in box_xyxy)
    return [left, top, right - left, bottom - top]
