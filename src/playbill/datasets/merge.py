"""COCO and Pascal VOC as one data set of 80 classes, as in Cho et al. (2019).

COCO's labels rule: a picture of another data set comes in where one of its labels is one of the 80
or VOC's word for one (aeroplane, diningtable, ...). A picture that is in several is taken once,
from the data set that was named first; so is one that is in a data set twice.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from playbill.core.labels import COCO_80, VOC_TO_COCO_80
from playbill.datasets.fingerprints import Fingerprint, fingerprint, near_pairs
from playbill.datasets.objects import About, ObjectDataset, PictureObjects
from playbill.errors import DatasetError, MediaError

Reason = Literal["unreadable", "same-file", "same-flickr-number", "same-picture", "no-known-label"]
WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        "unreadable": "cannot be read",
        "same-file": "the same file is taken already",
        "same-flickr-number": "the same photograph by its Flickr number is taken already",
        "same-picture": "the same picture, saved anew, is taken already",
        "no-known-label": "no object of one of the 80 classes",
    }
)
_FLICKR_URL = re.compile(r"/(\d+)_[0-9a-f]+(?:_\w)?\.\w+$")


@dataclass(frozen=True, slots=True)
class Omission:
    """A picture that was left out."""

    dataset: str
    name: str
    reason: Reason
    instead: str = ""
    """The picture that is taken instead of it, or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What was taken and what was left out."""

    taken: Mapping[str, int]
    """Data set -> pictures."""
    omitted: tuple[Omission, ...]
    dropped_objects: Mapping[str, Mapping[str, int]]
    """Data set -> label that is none of the 80 -> objects of pictures that were taken."""

    def reasons(self, dataset: str) -> Counter[Reason]:
        """How many pictures of a data set were left out, by reason."""
        return Counter(entry.reason for entry in self.omitted if entry.dataset == dataset)


@dataclass(frozen=True, slots=True, eq=False)
class MergedDataset:
    """The pictures of several data sets that were taken; iterated, it reads these again."""

    name: str
    sources: Mapping[str, ObjectDataset]
    """Tag -> data set. Pictures are called `TAG/NAME`, so that no two are called the same."""
    taken: Mapping[str, frozenset[str]]
    """Tag -> names of its pictures that were taken."""
    labels: tuple[str, ...] = COCO_80
    about: About = field(default_factory=About)

    def __len__(self) -> int:
        return sum(map(len, self.taken.values()))

    def __iter__(self) -> Iterator[PictureObjects]:
        for tag, dataset in self.sources.items():
            classes = _classes(dataset)
            for picture in dataset:
                if picture.name in self.taken[tag]:
                    yield replace(relabelled(picture, classes), name=f"{tag}/{picture.name}")


@dataclass(slots=True)
class _Picture:
    tag: str
    name: str
    flickr: str
    seen: Fingerprint


def merge(
    datasets: Sequence[ObjectDataset], name: str = "merged"
) -> tuple[MergedDataset, MergeReport]:
    """Put data sets together; of equal pictures the first is taken. All pictures are read.

    Args:
        datasets: COCO first, its labels rule; then VOC and others.
        name: of the merged data set.

    Raises:
        DatasetError: a label of the first data set is none of the 80, no label of another one is,
            or no picture is left.
    """
    sources = _tagged(datasets)
    _require_labels(sources)
    found: list[_Picture] = []
    omitted: list[Omission] = []
    dropped: dict[str, Counter[str]] = {}
    for place, (tag, dataset) in enumerate(sources.items()):
        dropped[tag] = Counter()
        found += _read(tag, dataset, omitted, dropped[tag], empty=place == 0)
    repeated = _repeated(found)
    omitted += repeated.values()
    taken = {
        tag: frozenset(
            picture.name
            for number, picture in enumerate(found)
            if picture.tag == tag and number not in repeated
        )
        for tag in sources
    }
    if not any(taken.values()):
        raise DatasetError(f"{', '.join(sources)}: no picture can be taken, expected at least one")
    report = MergeReport(
        {tag: len(names) for tag, names in taken.items()},
        tuple(omitted),
        {tag: dict(counts) for tag, counts in dropped.items()},
    )
    return MergedDataset(name, sources, taken), report


def class_of(label: str) -> int | None:
    """The index into `COCO_80` of COCO's or VOC's name for a class; None: it is none of the 80."""
    return COCO_80.index(label) if label in COCO_80 else VOC_TO_COCO_80.get(label)


def relabelled(picture: PictureObjects, classes: Sequence[int | None]) -> PictureObjects:
    """The picture with the class ids that `classes` gives for its own, without those of None."""
    rows = [row for row, own in enumerate(picture.class_ids) if classes[own] is not None]
    return replace(
        picture,
        boxes_xyxy=picture.boxes_xyxy[rows],
        class_ids=np.array([classes[picture.class_ids[row]] for row in rows], np.int64),
        crowd=picture.crowd[rows],
        difficult=picture.difficult[rows],
        truncated=picture.truncated[rows],
        occluded=picture.occluded[rows],
        areas=picture.areas[rows],
        ids=None if picture.ids is None else picture.ids[rows],
        outlines=tuple(picture.outlines[row] for row in rows) if picture.outlines else (),
        object_details=tuple(picture.object_details[row] for row in rows)
        if picture.object_details
        else (),
    )


def _tagged(datasets: Sequence[ObjectDataset]) -> dict[str, ObjectDataset]:
    """The data sets under their names, numbered where two are called the same."""
    tagged: dict[str, ObjectDataset] = {}
    for dataset in datasets:
        tag, number = dataset.name, 2
        while tag in tagged:
            tag, number = f"{dataset.name}-{number}", number + 1
        tagged[tag] = dataset
    return tagged


def _classes(dataset: ObjectDataset) -> list[int | None]:
    return [class_of(label) for label in dataset.labels]


def _require_labels(sources: Mapping[str, ObjectDataset]) -> None:
    for place, (tag, dataset) in enumerate(sources.items()):
        unknown = [label for label in dataset.labels if class_of(label) is None]
        if unknown and place == 0:
            raise DatasetError(
                f"{tag}: its label {unknown[0]!r} is none of COCO's 80 classes, expected a data "
                "set whose labels rule first"
            )
        if len(unknown) == len(dataset.labels):
            raise DatasetError(
                f"{tag}: none of its labels ({', '.join(unknown[:3])}, ...) is one of COCO's 80 "
                "classes or VOC's name for one"
            )


def _read(
    tag: str,
    dataset: ObjectDataset,
    omitted: list[Omission],
    dropped: Counter[str],
    *,
    empty: bool,
) -> Iterator[_Picture]:
    """The pictures with an object of the 80 that can be read; the others go to `omitted`.

    With `empty`, a picture without any object is taken too: COCO says that there is none.
    """
    classes = _classes(dataset)
    for picture in dataset:
        known = [classes[own] is not None for own in picture.class_ids]
        if not any(known) and (len(picture) or not empty):
            omitted.append(Omission(tag, picture.name, "no-known-label"))
            continue
        try:
            seen = fingerprint(picture.path)
        except MediaError as error:
            omitted.append(Omission(tag, picture.name, "unreadable", str(error)))
            continue
        dropped.update(
            dataset.labels[own]
            for own, is_known in zip(picture.class_ids, known, strict=True)
            if not is_known
        )
        yield _Picture(tag, picture.name, _flickr_number(picture), seen)


def _flickr_number(picture: PictureObjects) -> str:
    """VOC's files hold Flickr's number of a photograph, COCO's its address, which ends with it."""
    in_url = _FLICKR_URL.search(picture.details.flickr_url)
    return picture.details.flickr_id or (in_url[1] if in_url else "")


def _repeated(found: Sequence[_Picture]) -> dict[int, Omission]:
    """Number of each picture that is there already -> why it is left out."""
    repeated: dict[int, Omission] = {}
    instead_of: dict[int, int] = {}

    def leave_out(number: int, first: int, reason: Reason) -> None:
        while first in instead_of:
            first = instead_of[first]
        if number not in repeated and number != first:
            picture, instead = found[number], found[first]
            instead_of[number] = first
            repeated[number] = Omission(
                picture.tag, picture.name, reason, f"{instead.tag}/{instead.name}"
            )

    keys: tuple[tuple[Reason, list[str]], ...] = (
        ("same-file", [picture.seen.sha256 for picture in found]),
        ("same-flickr-number", [picture.flickr for picture in found]),
    )
    for reason, values in keys:
        first: dict[str, int] = {}
        for number, value in enumerate(values):
            if value and first.setdefault(value, number) != number:
                leave_out(number, first[value], reason)
    seen = [picture.seen for picture in found]
    for one, other in near_pairs(seen, seen):
        if one < other:
            leave_out(other, one, "same-picture")
    return repeated
