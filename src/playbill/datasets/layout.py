"""Data sets laid out on disk as COCO lays out its own: `instances_PART.json` beside `PART/`."""

from pathlib import Path

from playbill.datasets.folders import put_picture
from playbill.datasets.objects import ObjectDataset
from playbill.datasets.opening import write_objects
from playbill.datasets.writing import Written


def lay_out_coco(dataset: ObjectDataset, folder: Path, part: str, *, copy: bool) -> Written:
    """Write a part of a data set into `folder`, with its pictures as copies or links.

    Raises:
        DatasetError: it holds no pictures.
        OutputError: it cannot be written.
        OSError: a picture cannot be put there; `folders.new_folder` tells it in words.
    """
    written = write_objects(dataset, folder / f"instances_{part}.json", format="coco")
    for picture in dataset:
        put_picture(picture.path, folder / part, picture.name, copy=copy)
    return written
