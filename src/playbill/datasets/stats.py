"""How much of what a data set holds: classes, sizes of boxes, pictures of each person."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from playbill.datasets.objects import ObjectDataset
from playbill.datasets.people import PersonPicture
from playbill.errors import DatasetError

SMALL_AREA, LARGE_AREA = 32**2, 96**2
"""Square pixels between which COCO calls an object medium."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread."""

    least: float
    median: float
    mean: float
    deviation: float
    """Standard deviation over all values, as Cho et al. (2019) print it."""
    most: float

    @classmethod
    def of(cls, values: ArrayLike) -> "Spread":
        """Of at least one value."""
        array = np.asarray(values, np.float64)
        return cls(
            float(array.min()),
            float(np.median(array)),
            float(array.mean()),
            float(array.std()),
            float(array.max()),
        )


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How often a class is there."""

    label: str
    objects: int
    pictures: int
    """With at least one object of the class."""


@dataclass(frozen=True, slots=True)
class ObjectStats:
    """What labelled pictures hold."""

    name: str
    pictures: int
    without_objects: int
    objects: int
    crowds: int
    """Objects that stand for a group under one box."""
    classes: tuple[ClassCount, ...]
    """All labels, those without an object too, in the order of the labels."""
    sizes: Mapping[str, int]
    """Objects by COCO's `small`, `medium` and `large`, judged by their boxes."""
    box_sides_px: Spread | None
    """The square root of each box's area; None: there is no object."""
    objects_a_picture: Spread


@dataclass(frozen=True, slots=True)
class PeopleStats:
    """What a folder per person holds."""

    pictures: int
    people: tuple[tuple[str, int], ...]
    """Name and pictures, most pictures first."""
    pictures_a_person: Spread
    with_at_least: Mapping[int, int]
    """2, 4, 10, 20, 50, 100, 450 pictures -> so many people."""


AT_LEAST = (2, 4, 10, 20, 50, 100, 450)
"""450: what the paper takes of a person at most."""


def object_stats(dataset: ObjectDataset) -> ObjectStats:
    """Count; every picture's labels are read once.

    Raises:
        DatasetError: it holds no pictures.
    """
    objects, pictures = np.zeros((2, len(dataset.labels)), np.int64)
    a_picture: list[int] = []
    areas: list[np.ndarray] = []
    crowds = 0
    for picture in dataset:
        objects += np.bincount(picture.class_ids, minlength=len(objects))
        pictures[np.unique(picture.class_ids)] += 1
        a_picture.append(len(picture))
        areas.append((picture.boxes_xyxy[:, 2:] - picture.boxes_xyxy[:, :2]).prod(axis=1))
        crowds += int(picture.crowd.sum())
    if not a_picture:
        raise DatasetError(f"{dataset.name}: holds no pictures that can be used")
    area = np.concatenate(areas)
    return ObjectStats(
        name=dataset.name,
        pictures=len(a_picture),
        without_objects=a_picture.count(0),
        objects=len(area),
        crowds=crowds,
        classes=tuple(
            ClassCount(label, int(objects[row]), int(pictures[row]))
            for row, label in enumerate(dataset.labels)
        ),
        sizes={
            "small": int((area < SMALL_AREA).sum()),
            "medium": int(((area >= SMALL_AREA) & (area < LARGE_AREA)).sum()),
            "large": int((area >= LARGE_AREA).sum()),
        },
        box_sides_px=Spread.of(np.sqrt(area)) if len(area) else None,
        objects_a_picture=Spread.of(a_picture),
    )


def people_stats(pictures: Iterable[PersonPicture]) -> PeopleStats:
    """Count the pictures of each person.

    Raises:
        DatasetError: there are none.
    """
    counts = Counter(picture.name for picture in pictures)
    if not counts:
        raise DatasetError("there are no pictures of people, expected at least one")
    people = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return PeopleStats(
        pictures=counts.total(),
        people=tuple(people),
        pictures_a_person=Spread.of(list(counts.values())),
        with_at_least={least: _at_least(least, counts.values()) for least in AT_LEAST},
    )


def _at_least(least: int, counts: Iterable[int]) -> int:
    return sum(count >= least for count in counts)


def histogram_counts(stats: ObjectStats | PeopleStats) -> Sequence[tuple[str, int]]:
    """What a histogram shows: objects of each class, or pictures of each person."""
    if isinstance(stats, PeopleStats):
        return stats.people
    return [(count.label, count.objects) for count in stats.classes]
