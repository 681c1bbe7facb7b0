"""One door to every format of labelled pictures."""

from pathlib import Path

from playbill.datasets.objects import ObjectDataset
from playbill.datasets.problems import OnProblem, refuse
from playbill.datasets.writing import Written


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
    raise NotImplementedError


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
    raise NotImplementedError
