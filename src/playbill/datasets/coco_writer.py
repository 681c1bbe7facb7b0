"""Writing COCO's JSON of object boxes; see `coco` for its conventions."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from playbill.core.atomic import atomic_path
from playbill.core.labels import COCO_80, COCO_90_TO_80
from playbill.datasets.folders import copies
from playbill.datasets.numbers import Numbering, shortest_with
from playbill.datasets.objects import About, ObjectStream, PictureObjects, VideoFrame
from playbill.datasets.outlines import Mask, Outline, Polygons
from playbill.datasets.writing import RENUMBERED, Tally, Written

HOLDS = frozenset(
    {
        *("crowd", "areas", "outlines", "ids", "id", "licence", "coco_url", "flickr_url"),
        *("date_captured", "category_ids", "supercategories", "info", "licences"),
        *("attributes", "frame"),
    }
)


def write_coco(dataset: ObjectStream, path: Path, *, copy: bool) -> Written:
    """Write `dataset` to the file `path`; with `copy`, its pictures to `images` beside it.

    Numbers of pictures and annotations are kept where each is given once. A data set of
    COCO's own 80 classes without numbers gets COCO's (1 to 90), another one 1 to n.

    Raises:
        OutputError: it cannot be written.
    """
    tally, ids = Tally(HOLDS), (Numbering(), Numbering())
    tally.count_about(dataset.about)
    category_ids = _category_ids(dataset)
    with (
        atomic_path(path) as part,
        # What is no Unicode, as parts of old file names, becomes an escape, and is read back.
        part.open("w", encoding="utf-8", errors="backslashreplace") as file,
        copies(path.parent / "images", wanted=copy) as put,
        tempfile.TemporaryFile("w+", encoding="utf-8", dir=path.resolve().parent) as annotations,
    ):
        file.write("{")
        _write_about(file, dataset.about)
        file.write('"images": [')
        for picture in dataset:
            number = ids[0].take(picture.details.id)
            _write_entry(file, _image(picture, number), first=not tally.written["pictures"])
            for row in range(len(picture)):
                wanted = None if picture.ids is None else int(picture.ids[row])
                entry = _annotation(picture, row, number, category_ids)
                first = not tally.written["objects"] and not row
                _write_entry(annotations, {"id": ids[1].take(wanted), **entry}, first=first)
            tally.count(picture)
            put(picture.path, picture.name)
        tally.refuse_nothing(dataset.name)
        file.write('],\n"annotations": [')
        annotations.seek(0)
        shutil.copyfileobj(annotations, file)
        file.write('],\n"categories": [')
        for class_id, entry in enumerate(_categories(dataset, category_ids)):
            _write_entry(file, entry, first=not class_id)
        file.write("]}\n")
    tally.lose(RENUMBERED, ids[0].renumbered + ids[1].renumbered)
    return tally.result()


def _write_about(file: TextIO, about: About) -> None:
    if about.info:
        file.write(f'"info": {_json(dict(about.info))},\n')
    if about.licences:
        file.write(f'"licenses": {_json([dict(licence) for licence in about.licences])},\n')


def _write_entry(file: TextIO, entry: dict[str, Any], *, first: bool) -> None:
    file.write(("\n" if first else ",\n") + _json(entry))


def _image(picture: PictureObjects, number: int) -> dict[str, Any]:
    details = picture.details
    known = {
        "license": details.licence,
        "coco_url": details.coco_url or None,
        "flickr_url": details.flickr_url or None,
        "date_captured": details.date_captured or None,
        "video": None if details.frame is None else _frame(details.frame),
    }
    width, height = picture.size_wh
    entry = {"id": number, "file_name": picture.name, "width": width, "height": height}
    return entry | {key: value for key, value in known.items() if value is not None}


def _frame(frame: VideoFrame) -> dict[str, Any]:
    return {
        "file_name": frame.video,
        "sha256": frame.sha256,
        "frame_rate": None if frame.frame_rate is None else str(frame.frame_rate),
        "sample_every": frame.sample_every,
        "frame_from_0": frame.index,
        "time_s": round(float(frame.time_s), 6),
    }


def _annotation(
    picture: PictureObjects, row: int, image_id: int, category_ids: Sequence[int]
) -> dict[str, Any]:
    left, top, right, bottom = picture.boxes_xyxy[row].tolist()
    width = shortest_with(right - left, lambda side: left + side == right)
    height = shortest_with(bottom - top, lambda side: top + side == bottom)
    entry: dict[str, Any] = {
        "image_id": image_id,
        "category_id": category_ids[picture.class_ids[row]],
        "bbox": [left, top, width, height],
        "area": float(picture.areas[row]),
        "iscrowd": int(picture.crowd[row]),
    }
    outline, attributes = picture.outline_of(row), picture.details_of(row).attributes
    if attributes:
        entry["attributes"] = dict(attributes)
    return entry if outline is None else entry | {"segmentation": _segmentation(outline)}


def _segmentation(outline: Outline) -> list[list[float]] | dict[str, Any]:
    match outline:
        case Polygons(rings):
            return [list(ring) for ring in rings]
        case Mask((width, height), counts):
            runs = counts if isinstance(counts, str) else list(counts)
            return {"size": [height, width], "counts": runs}


def _category_ids(dataset: ObjectStream) -> tuple[int, ...]:
    if dataset.about.category_ids:
        return dataset.about.category_ids
    if dataset.labels == COCO_80:
        return tuple(COCO_90_TO_80)
    return tuple(range(1, len(dataset.labels) + 1))


def _categories(dataset: ObjectStream, category_ids: Sequence[int]) -> list[dict[str, Any]]:
    above = dataset.about.supercategories or ("",) * len(dataset.labels)
    return [
        ({"supercategory": group} if group else {}) | {"id": number, "name": label}
        for group, number, label in zip(above, category_ids, dataset.labels, strict=True)
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
