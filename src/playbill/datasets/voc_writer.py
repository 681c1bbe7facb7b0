"""Writing Pascal VOC; see `voc_xml` for its conventions."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from playbill.core.labels import VOC_20
from playbill.datasets.folders import new_folder, put_picture
from playbill.datasets.numbers import text_of
from playbill.datasets.objects import ObjectDetails, ObjectStream, PictureObjects
from playbill.datasets.voc import ANNOTATIONS, LABEL_MAP, LABEL_MAP_HEAD, LISTS, PICTURES
from playbill.datasets.voc_xml import UNSPECIFIED
from playbill.datasets.writing import SAME_STEM, Tally, Written
from playbill.datasets.xml_text import xml_text
from playbill.errors import DatasetError

HOLDS = frozenset(
    {
        *("difficult", "truncated", "occluded", "pose", "parts", "point_xy", "actions", "subsets"),
        *("folder", "database", "annotation", "image", "flickr_id", "owner_flickr_id"),
        *("owner_name", "segmented", "depth"),
    }
)


def write_voc(dataset: ObjectStream, path: Path, *, copy: bool, pictures: bool = True) -> Written:
    """Write `dataset` to the new folder `path`: XML files, pictures (links, or copies), lists.

    Without `pictures`, the labels alone: who reads them puts the pictures beside them.

    Classes other than VOC's 20 are listed in `labelmap.txt` with their parts, so that their order
    is kept and those without objects too.

    Raises:
        OutputError: it cannot be written, or there is something at `path`.
    """
    tally = Tally(HOLDS)
    tally.count_about(dataset.about)
    lists: dict[str, list[str]] = {}
    written: set[str] = set()
    parts: dict[int, dict[str, None]] = {}
    with new_folder(path) as folder:
        for inner in (ANNOTATIONS, PICTURES, LISTS):
            (folder / inner).mkdir(parents=True)
        for picture in dataset:
            key = PurePosixPath(picture.name).with_suffix("").as_posix()
            if key in written:
                tally.lose(SAME_STEM, 1)
                continue
            written.add(key)
            if pictures:
                put_picture(picture.path, folder / PICTURES, picture.name, copy=copy)
            labels_path = folder / ANNOTATIONS / f"{key}.xml"
            labels_path.parent.mkdir(parents=True, exist_ok=True)
            root = _annotation(picture, dataset.labels)
            ElementTree(root).write(labels_path, encoding="utf-8")
            for subset in picture.details.subsets:
                lists.setdefault(subset, []).append(key)
            for row, class_id in enumerate(picture.class_ids.tolist()):
                held = parts.setdefault(class_id, {})
                held.update(dict.fromkeys(p.label for p in picture.details_of(row).parts))
            tally.count(picture)
        tally.refuse_nothing(dataset.name)
        for subset, keys in lists.items():
            _write_lines(folder / LISTS / f"{_file_name(subset)}.txt", keys)
        if dataset.labels != VOC_20:
            named = (f"{n}::{','.join(parts.get(i, ()))}:" for i, n in enumerate(dataset.labels))
            lines = [LABEL_MAP_HEAD, *named]
            _write_lines(folder / LABEL_MAP, lines)
    return tally.result()


def _annotation(picture: PictureObjects, labels: tuple[str, ...]) -> Element:
    details, name = picture.details, PurePosixPath(picture.name).name
    root = Element("annotation")
    if details.folder:
        _add(root, "folder", details.folder)
    _add(root, "filename", name)
    source = {
        "database": details.database,
        "annotation": details.annotation,
        "image": details.image,
        "flickrid": details.flickr_id,
    }
    owner = {"flickrid": details.owner_flickr_id, "name": details.owner_name}
    for tag, entries in (("source", source), ("owner", owner)):
        known = {key: value for key, value in entries.items() if value}
        if known:
            _add_all(SubElement(root, tag), known)
    width, height = picture.size_wh
    size = {"width": str(width), "height": str(height)}
    depth = {} if details.depth is None else {"depth": str(details.depth)}
    _add_all(SubElement(root, "size"), size | depth)
    _add(root, "segmented", _flag(set_=details.segmented))
    for row in range(len(picture)):
        root.append(_object(picture, row, labels))
    indent(root, "\t")
    return root


def _object(picture: PictureObjects, row: int, labels: tuple[str, ...]) -> Element:
    details = picture.details_of(row)
    element = Element("object")
    _add(element, "name", labels[picture.class_ids[row]])
    _add(element, "pose", details.pose or UNSPECIFIED)
    for flag in ("truncated", "occluded", "difficult"):
        _add(element, flag, _flag(set_=bool(getattr(picture, flag)[row])))
    _add_box(element, picture.boxes_xyxy[row].tolist())
    _add_details(element, details)
    return element


def _add_details(element: Element, details: ObjectDetails) -> None:
    if details.point_xy is not None:
        x, y = (text_of(place + 0.5) for place in details.point_xy)
        _add_all(SubElement(element, "point"), {"x": x, "y": y})
    if details.actions:
        done = {name: _flag(set_=set_) for name, set_ in details.actions}
        _add_all(SubElement(element, "actions"), done)
    for part in details.parts:
        inner = SubElement(element, "part")
        _add(inner, "name", part.label)
        _add_box(inner, part.box_xyxy)


def _add_box(element: Element, box_xyxy: Iterable[float]) -> None:
    left, top, right, bottom = box_xyxy
    edges = {"xmin": left + 1, "ymin": top + 1, "xmax": right, "ymax": bottom}
    _add_all(SubElement(element, "bndbox"), {name: text_of(edges[name]) for name in edges})


def _add_all(element: Element, entries: dict[str, str]) -> None:
    for tag, text in entries.items():
        _add(element, tag, text)


def _add(element: Element, tag: str, text: str) -> None:
    SubElement(element, tag).text = xml_text(text)


def _flag(*, set_: bool) -> str:
    return "1" if set_ else "0"


def _file_name(subset: str) -> str:
    if not subset or "/" in subset or subset.startswith("."):
        raise DatasetError(
            f"{subset!r}: is no name for a list of pictures, expected one like train"
        )
    return subset


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
