"""COCO's JSON of object boxes (Lin et al., 2014: https://cocodataset.org/#format-data).

Its boxes are x, y, width, height in pixels, 0-based, edges between pixels: a box that covers
the first pixel alone is [0, 0, 1, 1]. So left = x, right = x + width, and nothing is rounded.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from playbill.datasets.checking import Row, Sheet, checked
from playbill.datasets.coco_scan import NO_ID, Annotations, Category, CocoImage, scan_coco
from playbill.datasets.objects import NO_DETAILS, About, ObjectDetails, PictureObjects
from playbill.datasets.picture_files import (
    FolderListings,
    is_safe,
    report_missing,
    report_repeated,
)
from playbill.datasets.reading import Reading, first_few

PROBE_PICTURES = 16
"""So many names are looked for to tell which folder holds the pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class CocoDataset:
    """A COCO file, held as arrays of numbers, and its pictures."""

    name: str
    labels: tuple[str, ...]
    about: About
    path: Path
    pictures: Path
    images: tuple[CocoImage, ...]
    """Those whose files are there."""
    annotations: Annotations
    class_ids: NDArray[np.int64]
    """(annotations,) indices into `labels`; -1: left out."""
    rows: tuple[NDArray[np.int64], ...]
    """For each image the numbers of its annotations, in the order of the file."""
    reading: Reading

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[PictureObjects]:
        for image, numbers in zip(self.images, self.rows, strict=True):
            where = f"{self.path}: {image.name}"
            sheet = Sheet(
                self.pictures / image.name, image.name, image.size_wh, where, image.details
            )
            picture = checked(sheet, [self._row(n) for n in numbers.tolist()], self.reading)
            if picture is not None:
                yield picture

    def _row(self, number: int) -> Row:
        found, id_ = self.annotations, self.annotations.ids[number]
        x, y, width, height = found.boxes_xywh[4 * number : 4 * number + 4]
        return Row(
            class_id=int(self.class_ids[number]),
            box_xyxy=(x, y, x + width, y + height),
            crowd=bool(found.crowd[number]),
            area=found.areas[number],
            id=None if id_ == NO_ID else id_,
            outline=found.outlines.get(number),
            details=ObjectDetails(attributes=found.attributes[number])
            if number in found.attributes
            else NO_DETAILS,
            where=f"annotation {number if id_ == NO_ID else id_}",
        )


def open_coco(path: Path, reading: Reading) -> CocoDataset:
    """Read a COCO file; problems of single boxes come up when it is iterated.

    Raises:
        DatasetError: the file is no COCO file, or `reading.on_problem` says so.
    """
    scan = scan_coco(path, reading)
    if not scan.images:
        reading.report("no-pictures", path, "lists no pictures, expected entries in images")
    if not scan.categories:
        reading.report("unreadable-labels", path, "has no classes, expected entries in categories")
    categories = _unique_categories(scan.categories, path, reading)
    labels = reading.labels or tuple(category.name for category in categories)
    class_ids = _class_ids(scan.annotations, categories, labels, path, reading)
    images = _unique_images(scan.images, path, reading)
    pictures = reading.pictures or _picture_folder(path, images)
    images = _present(images, pictures, path, reading)
    _report_stray(scan.images, scan.annotations, path, reading)
    rows = _rows_of_images(images, scan.annotations, class_ids)
    _report_repeated_ids(scan.annotations, path, reading)
    by_name = {category.name: category for category in categories}
    known = all(label in by_name for label in labels)
    about = About(
        category_ids=tuple(by_name[label].id for label in labels) if known else (),
        supercategories=tuple(by_name[label].supercategory for label in labels) if known else (),
        info=MappingProxyType(scan.info),
        licences=tuple(MappingProxyType(licence) for licence in scan.licences),
    )
    return CocoDataset(
        path.stem, labels, about, path, pictures, images, scan.annotations, class_ids, rows, reading
    )


def _unique_categories(found: list[Category], path: Path, reading: Reading) -> list[Category]:
    """Categories without those whose number or name came before."""
    kept: list[Category] = []
    for category in found:
        if any(category.id == other.id or category.name == other.name for other in kept):
            what = f"the class {category.name!r} (id {category.id})"
            reading.report("unreadable-labels", path, f"{what} has the id or name of another one")
        else:
            kept.append(category)
    return kept


def _class_ids(
    annotations: Annotations,
    categories: list[Category],
    labels: tuple[str, ...],
    path: Path,
    reading: Reading,
) -> NDArray[np.int64]:
    """(annotations,) indices into `labels`; -1 where there is none, which is told of."""
    index = {label: class_id for class_id, label in enumerate(labels)}
    names = {category.id: category.name for category in categories}
    used, inverse, counts = np.unique(
        np.array(annotations.category_ids, np.int64), return_inverse=True, return_counts=True
    )
    ids = np.array([index.get(names.get(number, ""), -1) for number in used.tolist()], np.int64)
    for number, class_id, count in zip(used.tolist(), ids, counts, strict=True):
        if class_id < 0:
            what = repr(names[number]) if number in names else "which categories do not list"
            sentence = f"{count} annotations are of class {number}, {what}"
            reading.report(
                "unknown-label", path, f"{sentence}, expected one of {len(index)} labels"
            )
    return ids[inverse] if len(ids) else np.empty(0, np.int64)


def _unique_images(found: list[CocoImage], path: Path, reading: Reading) -> tuple[CocoImage, ...]:
    """The images without those whose number or name came before, or is no name below a folder."""
    report_repeated(reading, path, (image.name for image in found))
    twice = [str(n) for n, count in Counter(i.details.id for i in found).items() if count > 1]
    if twice:
        sentence = f"{len(twice)} image ids are given more than once ({first_few(twice)})"
        reading.report("duplicate-picture", path, sentence)
    kept: dict[str, CocoImage] = {}
    ids: set[int | None] = set()
    for image in found:
        if not is_safe(image.name):
            sentence = f"{image.name!r} is no name below a folder of pictures"
            reading.report("bad-name", path, sentence)
        elif image.name not in kept and image.details.id not in ids:
            kept[image.name] = image
            ids.add(image.details.id)
    return tuple(kept.values())


def _present(
    images: tuple[CocoImage, ...], pictures: Path, path: Path, reading: Reading
) -> tuple[CocoImage, ...]:
    listings = FolderListings()
    missing = {image.name for image in images if not listings.has(pictures / image.name)}
    report_missing(reading, f"{path}: pictures in {pictures}", sorted(missing), len(images))
    return tuple(image for image in images if image.name not in missing)


def _report_stray(
    listed: Sequence[CocoImage], annotations: Annotations, path: Path, reading: Reading
) -> None:
    of_image = np.array(annotations.image_ids, np.int64)
    stray = ~np.isin(of_image, np.array([image.details.id for image in listed], np.int64))
    if stray.any():
        which = first_few([str(number) for number in np.unique(of_image[stray]).tolist()])
        sentence = f"{stray.sum()} annotations are of pictures that images does not list"
        reading.report("unknown-picture", path, f"{sentence} (image_id {which})")


def _rows_of_images(
    images: Sequence[CocoImage], annotations: Annotations, class_ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], ...]:
    """For each image the numbers of its annotations of known classes, in the order of the file."""
    of_image = np.array(annotations.image_ids, np.int64)
    order = np.argsort(of_image, kind="stable")
    order = order[class_ids[order] >= 0]
    wanted = np.array([image.details.id for image in images], np.int64)
    starts = np.searchsorted(of_image[order], wanted, "left")
    ends = np.searchsorted(of_image[order], wanted, "right")
    return tuple(order[start:end] for start, end in zip(starts, ends, strict=True))


def _report_repeated_ids(annotations: Annotations, path: Path, reading: Reading) -> None:
    ids, counts = np.unique(np.array(annotations.ids, np.int64), return_counts=True)
    twice = [str(number) for number in ids[counts > 1].tolist() if number != NO_ID]
    if twice:
        sentence = f"{len(twice)} annotation ids are given more than once ({first_few(twice)})"
        reading.report("duplicate-object", path, sentence)


def _picture_folder(path: Path, images: Sequence[CocoImage]) -> Path:
    """The first likely folder that has one of the first pictures; the file's own, if none has."""
    split = path.stem.rpartition("_")[2]
    here, above = path.parent, path.parent.parent
    places = [
        here / split,
        above / split,
        here / "images" / split,
        above / "images" / split,
        here / "images",
        above / "images",
        here,
        above,
    ]
    names = [PurePosixPath(image.name) for image in images[:PROBE_PICTURES]]
    for place in places:
        if any((place / name).is_file() for name in names):
            return place
    return here
