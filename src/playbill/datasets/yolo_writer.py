"""Writing YOLO text files; see `yolo_rows` for its conventions."""

import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from playbill.datasets.folders import new_folder, put_picture
from playbill.datasets.objects import ObjectStream, PictureObjects
from playbill.datasets.outlines import Polygons, fits, hull
from playbill.datasets.writing import OUTLINES, SAME_STEM, Tally, Written
from playbill.datasets.yolo_layout import SPLITS, UNLISTED
from playbill.datasets.yolo_rows import box_line, polygon_line
from playbill.errors import DatasetError

HOLDS = frozenset({"outlines", "subsets"})


def write_yolo(dataset: ObjectStream, path: Path, *, copy: bool, pictures: bool = True) -> Written:
    """Write `dataset` to the new folder `path`: `images` (links, or copies), `labels`, `data.yaml`.

    Without `pictures`, the labels alone: who reads them puts the pictures beside them.
    A picture without objects gets an empty file of labels. Splits are lists (`train.txt`).

    Raises:
        OutputError: it cannot be written, or there is something at `path`.
    """
    tally = Tally(HOLDS)
    tally.count_about(dataset.about)
    lists: dict[str, list[str]] = {}
    written: set[str] = set()
    with new_folder(path) as folder:
        for picture in dataset:
            key = PurePosixPath(picture.name).with_suffix("").as_posix()
            if key in written:
                tally.lose(SAME_STEM, 1)
                continue
            written.add(key)
            if pictures:
                put_picture(picture.path, folder / "images", picture.name, copy=copy)
            _write_lines(folder / "labels" / f"{key}.txt", _lines(picture, tally))
            for subset in picture.details.subsets or (UNLISTED,):
                lists.setdefault(subset, []).append(f"./images/{picture.name}")
            tally.count(picture)
        tally.refuse_nothing(dataset.name)
        _write_settings(folder, dataset.labels, lists)
    return tally.result()


def _lines(picture: PictureObjects, tally: Tally) -> list[str]:
    lines = []
    for row, class_id in enumerate(picture.class_ids.tolist()):
        left, top, right, bottom = picture.boxes_xyxy[row].tolist()
        box = (left, top, right, bottom)
        match picture.outline_of(row):
            case Polygons((ring,)) if fits(hull(ring), box):
                lines.append(polygon_line(class_id, ring, picture.size_wh))
            case outline:
                lines.append(box_line(class_id, box, picture.size_wh))
                tally.lose(OUTLINES, int(outline is not None))
    return lines


def _write_settings(folder: Path, labels: tuple[str, ...], lists: dict[str, list[str]]) -> None:
    lines = ["path: ."]
    if set(lists) == {UNLISTED}:
        lines += ["train: images", "val: images"]
    else:
        for split, pictures in lists.items():
            if not re.fullmatch(r"[\w.-]+", split):
                raise DatasetError(f"{split!r}: is no name for a split, expected one like train")
            _write_lines(folder / f"{split}.txt", pictures)
            member = split if split in {*SPLITS, UNLISTED} else f"split_{split}"
            lines.append(f"{member}: {split}.txt")
    lines.append("names:")
    lines += [f"  {n}: {json.dumps(label, ensure_ascii=False)}" for n, label in enumerate(labels)]
    _write_lines(folder / "data.yaml", lines)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
