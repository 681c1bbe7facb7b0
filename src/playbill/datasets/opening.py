"""One door to every format of labelled pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from playbill.datasets.coco import open_coco
from playbill.datasets.coco_writer import write_coco
from playbill.datasets.cvat import open_cvat
from playbill.datasets.cvat_writer import write_cvat
from playbill.datasets.objects import ObjectDataset
from playbill.datasets.problems import OnProblem, refuse
from playbill.datasets.reading import Reading
from playbill.datasets.voc import open_voc, voc_folders
from playbill.datasets.voc_writer import write_voc
from playbill.datasets.writing import Written
from playbill.datasets.yolo import open_yolo
from playbill.datasets.yolo_layout import looks_like_yolo
from playbill.datasets.yolo_writer import write_yolo
from playbill.errors import DatasetError

Entry = TypeVar("Entry")
Opener = Callable[[Path, Reading], ObjectDataset]

FILE_SUFFIXES = MappingProxyType({".json": "coco", ".xml": "cvat", ".yaml": "yolo", ".yml": "yolo"})
READERS: Mapping[str, Opener] = MappingProxyType(
    {
        "coco": open_coco,
        "voc": open_voc,
        "yolo": open_yolo,
        "cvat": open_cvat,
    }
)
WRITERS = MappingProxyType(
    {
        "coco": write_coco,
        "voc": write_voc,
        "yolo": write_yolo,
        "cvat": write_cvat,
    }
)


def open_objects(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002
    pictures: Path | None = None,
    labels: tuple[str, ...] | None = None,
    outlines: bool = True,
    on_problem: OnProblem = refuse,
) -> ObjectDataset:
    """Open a data set of labelled pictures: COCO, VOC, YOLO or CVAT.

    Args:
        path: a COCO JSON or CVAT XML file, or the folder of a VOC or YOLO data set.
        format: `coco`, `voc`, `yolo` or `cvat`; None: guessed from what lies at `path`.
        pictures: the folder of the pictures, where it is not where the format has it.
        labels: the class names; None: those of the data set.
        outlines: read polygons and masks too. Of COCO they take most of the memory.
        on_problem: told of everything that is wrong, here and in every iteration.

    Raises:
        DatasetError: nothing to be read is there, or `on_problem` says so.
    """
    reading = Reading(pictures, labels, outlines, on_problem)
    return _chosen(READERS, format or guess_format(path))(path, reading)


def write_objects(
    dataset: ObjectDataset,
    path: Path,
    *,
    format: str,  # noqa: A002
    copy: bool = False,
) -> Written:
    """Write a data set whole or not at all, and say what `format` cannot hold.

    Args:
        dataset: what to write; iterated once.
        path: a new or old file (COCO, CVAT), or a new folder (VOC, YOLO).
        format: `coco`, `voc`, `yolo` or `cvat`.
        copy: copy the pictures; otherwise folders get links to them, and files get nothing.

    Raises:
        DatasetError: the data set is empty or cannot be read.
        OutputError: the file or folder cannot be written.
    """
    for label in dataset.labels:
        if not label.strip() or label != label.strip() or len(label.splitlines()) != 1:
            expected = "expected a name of a class in one line"
            raise DatasetError(f"{dataset.name}: has the class {label!r}, {expected}")
    if not len(dataset):
        raise DatasetError(f"{dataset.name}: holds no pictures, nothing is written")
    return _chosen(WRITERS, format)(dataset, path, copy=copy)


def guess_format(path: Path) -> str:
    """Tell the format of a data set by what lies at `path`.

    Raises:
        DatasetError: there is nothing, or nothing that is known.
    """
    if not path.exists():
        raise DatasetError(f"{path}: there is no such file or folder")
    if path.is_file():
        suffix = path.suffix.lower()
        if suffix in FILE_SUFFIXES:
            return FILE_SUFFIXES[suffix]
    elif voc_folders(path):
        return "voc"
    elif looks_like_yolo(path):
        return "yolo"
    raise DatasetError(
        f"{path}: is no data set that is known, expected a COCO JSON file, a CVAT XML file, or a "
        "folder of Pascal VOC (Annotations, JPEGImages) or YOLO (data.yaml, images, labels)"
    )


def _chosen(registry: Mapping[str, Entry], name: str) -> Entry:
    if name not in registry:
        raise DatasetError(f"{name}: is no known format, expected one of {', '.join(registry)}")
    return registry[name]
