"""Face detectors on the twelve pictures with 43 boxed faces and on pictures without people.

And what bf16 does to the landmarks of the default one.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.core.boxes import Boxes, box_overlaps, xywh_to_xyxy
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector
from playbill.datasets.opening import open_objects
from playbill.media.images import read_image
from playbill.models.catalogue import Choice, FaceLimits, open_face_detector
from playbill.models.options import Precision, SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.settings import AnalysisSettings

FACES = 43
MAX_EXTRA = {"mtcnn": 3}
"""Faces beside the boxed ones; of the default detector none."""
MAX_FALSE = 1
NO_FACES = frozenset({"000000172040.jpg"})
"""Pictures without people that do show a face: a poster of a woman."""
PARTS = ("train", "val")
MIN_OVERLAP = 0.3
LONGEST_PX = 480
MAX_DEVIATION_PX = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class BoxedPicture:
    """A picture and the faces that a person boxed in it."""

    image: Image
    boxes_xyxy: Boxes


def run() -> list[Row]:
    """For each detector a row for boxes and one for false faces; one for landmarks."""
    default = Choice().face_detector
    rows: list[Row] = []
    for name in dict.fromkeys((default, "mtcnn")):
        detector = _detector(name, "auto")
        rows += [_boxes_row(detector), _false_faces_row(detector)]
    return [*rows, _landmarks_row(_detector(default, "auto"), _detector(default, "float32"))]


def boxed_pictures() -> list[BoxedPicture]:
    """The pictures that `training.xml` and `testing.xml` of data/faces list."""
    folder = data_file("faces")
    pictures = []
    for part in ("training.xml", "testing.xml"):
        for picture in ET.parse(folder / part).getroot().iter("image"):
            rows = [
                [float(box.get(key, "")) for key in ("left", "top", "width", "height")]
                for box in picture.iter("box")
            ]
            boxes = xywh_to_xyxy(np.array(rows, np.float32).reshape(-1, 4))
            pictures.append(BoxedPicture(read_image(folder / picture.get("file", "")), boxes))
    return pictures


def _detector(name: str, precision: Precision) -> FaceDetector:
    options = SessionOptions(precision=precision, threads=2)
    settings = AnalysisSettings()
    limits = FaceLimits(settings.min_face_px, settings.max_side_px, settings.min_face_score)
    return open_face_detector(name, ModelStore.default(), options, limits=limits)


def _boxes_row(detector: FaceDetector) -> Row:
    boxed = found = extra = 0
    most = MAX_EXTRA.get(detector.use.name, 0)
    pictures = boxed_pictures()
    for picture in pictures:
        faces = _faces(detector, picture.image)
        match = box_overlaps(picture.boxes_xyxy, faces.boxes_xyxy) > MIN_OVERLAP
        boxed += len(picture.boxes_xyxy)
        found += int(match.any(axis=1).sum())
        extra += int((~match.any(axis=0)).sum())
    return Row(
        what=f"face detection, data/faces, {detector.use.name}",
        must=f"{FACES} of {FACES} boxed faces at IoU {MIN_OVERLAP}, at most {most} extra",
        measured=f"{found} of {boxed}, {extra} extra",
        met=found == boxed == FACES and extra <= most,
        note=f"{len(pictures)} pictures, default settings, {detector.use.precision}",
    )


def _false_faces_row(detector: FaceDetector) -> Row:
    counts = {}
    for part in PARTS:
        pictures = [path for path in pictures_without_people(part) if path.name not in NO_FACES]
        counts[part] = (
            sum(len(_faces(detector, read_image(path))) for path in pictures),
            len(pictures),
        )
    false = sum(count for count, _ in counts.values())
    return Row(
        what=f"false faces on pictures without people, data/coco, {detector.use.name}",
        must=f"<= {MAX_FALSE}, statues and posters apart",
        measured=f"{false} in {sum(n for _, n in counts.values())} pictures",
        met=false <= MAX_FALSE,
        note=", ".join(f"{part} {count} of {n}" for part, (count, n) in counts.items())
        + f"; default settings, {detector.use.precision}; playbill-yunet learned from train",
    )


def pictures_without_people(part: str) -> list[Path]:
    """The pictures of data/coco in which no person is labelled."""
    dataset = open_objects(data_file(f"coco/instances_{part}.json"), outlines=False)
    person = dataset.labels.index("person")
    return sorted(picture.path for picture in dataset if person not in picture.class_ids)


def _landmarks_row(detector: FaceDetector, reference: FaceDetector) -> Row:
    deviations: list[float] = []
    unmatched = 0
    paths = sorted(data_file("faces").glob("*.jpg"))
    for path in paths:
        image = _at_longest(read_image(path), LONGEST_PX)
        mine, theirs = _faces(detector, image), _faces(reference, image)
        overlaps = box_overlaps(theirs.boxes_xyxy, mine.boxes_xyxy)
        for row, overlap in enumerate(overlaps):
            if not len(overlap) or overlap.max() < 0.5:
                unmatched += 1
                continue
            apart = mine.landmarks[int(overlap.argmax())] - theirs.landmarks[row]
            deviations.append(float(np.linalg.norm(apart, axis=1).max()))
    worst, middle = max(deviations), float(np.median(deviations))
    return Row(
        what=f"landmarks at {LONGEST_PX} px, data/faces",
        must=f"within {MAX_DEVIATION_PX:g} px of float32",
        measured=f"at most {worst:.2f} px, median {middle:.2f} px",
        met=worst <= MAX_DEVIATION_PX and unmatched == 0,
        note=f"{len(paths)} pictures with their longest side at {LONGEST_PX} px, "
        f"{len(deviations)} faces, worst of five landmarks; {detector.use.precision} beside "
        f"{reference.use.precision}; {unmatched} faces of float32 not found",
    )


def _faces(detector: FaceDetector, image: Image) -> Faces:
    [faces] = detector.detect([Frame.still(image)])
    return faces


def _at_longest(image: Image, side: int) -> Image:
    scale = side / max(image.shape[:2])
    size_wh = round(image.shape[1] * scale), round(image.shape[0] * scale)
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
