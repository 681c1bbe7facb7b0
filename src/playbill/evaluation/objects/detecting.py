"""Every picture of a data set looked at once, by all networks together."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.labels import COCO_80, VOC_20, VOC_TO_COCO_80
from playbill.core.ports import ObjectDetector
from playbill.datasets.objects import PictureObjects
from playbill.errors import DatasetError, MediaError
from playbill.media.images import read_image
from playbill.pipeline.prefetch import prefetch


@dataclass(frozen=True, slots=True, eq=False)
class DetectedObjects:
    """The pictures that could be read, and what one network found in them."""

    labels: tuple[str, ...]
    """Of the data set, and of `found`."""
    known: NDArray[np.bool_]
    """(labels,) which of them the network knows; only these are judged."""
    pictures: tuple[PictureObjects, ...]
    found: tuple[Detections, ...]
    """One for each picture; what the data set has no label for is left out."""


@dataclass(frozen=True, slots=True)
class PictureTime:
    """How long a network takes for a decoded picture: resizing, network, selection."""

    ms: float
    """Median, one picture at a time."""
    rounds: int
    """How many pictures were timed, the networks in turns."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectedAll:
    """What came of a data set, for every network."""

    networks: tuple[DetectedObjects, ...]
    times: tuple[PictureTime, ...]
    refused: tuple[MediaError, ...]
    """One for each picture that could not be read."""


def detect_objects(
    pictures: Iterable[PictureObjects],
    labels: tuple[str, ...],
    detectors: Sequence[ObjectDetector],
    hook: Callable[[], None] = lambda: None,
) -> DetectedAll:
    """Let every network look at every picture; `hook` is told of each when it is done.

    Raises:
        DatasetError: a network knows none of the labels, or no picture can be used.
    """
    numbers = [label_numbers(labels, detector) for detector in detectors]
    refused: list[MediaError] = []
    kept: list[PictureObjects] = []
    found: list[list[Detections]] = [[] for _ in detectors]
    times: list[list[float]] = [[] for _ in detectors]
    for picture, frame in prefetch(_read(pictures, refused), 2):
        if frame is not None:
            for turn in range(len(detectors)):
                i = (len(kept) + turn) % len(detectors)
                start = time.perf_counter()
                [seen] = detectors[i].detect([frame])
                times[i].append((time.perf_counter() - start) * 1e3)
                found[i].append(_renumbered(seen, numbers[i], labels))
            kept.append(picture)
        hook()
    if not kept:
        raise DatasetError("no picture of the data set can be used, expected at least one")
    return DetectedAll(
        tuple(
            DetectedObjects(labels, _known(of, labels), tuple(kept), tuple(each))
            for of, each in zip(numbers, found, strict=True)
        ),
        tuple(PictureTime(median(each), len(each)) for each in times),
        tuple(refused),
    )


def label_numbers(labels: tuple[str, ...], detector: ObjectDetector) -> Mapping[int, int]:
    """The network's class numbers -> those of a data set, by name; VOC's spellings are known.

    Raises:
        DatasetError: they have no class in common.
    """
    spelled = {label: COCO_80[VOC_TO_COCO_80[label]] for label in VOC_20}
    theirs = {label: number for number, label in enumerate(detector.labels)}
    numbers: dict[int, int] = {}
    for number, label in enumerate(labels):
        place = theirs.get(label, theirs.get(spelled.get(label, label)))
        if place is not None:
            numbers[place] = number
    if not numbers:
        raise DatasetError(
            f"the labels {_some(labels)} are none of those that {detector.use.name} knows: "
            f"{_some(detector.labels)}"
        )
    return numbers


def _read(
    pictures: Iterable[PictureObjects], refused: list[MediaError]
) -> Iterator[tuple[PictureObjects, Frame | None]]:
    for picture in pictures:
        frame = None
        try:
            frame = Frame.still(read_image(picture.path))
        except MediaError as error:
            refused.append(error)
        yield picture, frame


def _renumbered(
    found: Detections, numbers: Mapping[int, int], labels: tuple[str, ...]
) -> Detections:
    rows = [row for row, class_id in enumerate(found.class_ids) if int(class_id) in numbers]
    ids = np.array([numbers[int(found.class_ids[row])] for row in rows], np.int64)
    return Detections(found.boxes_xyxy[rows], found.scores[rows], ids, labels)


def _known(numbers: Mapping[int, int], labels: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(labels)), list(numbers.values()))


def _some(labels: Sequence[str]) -> str:
    return ", ".join(labels[:5]) + (", ..." if len(labels) > 5 else "")
