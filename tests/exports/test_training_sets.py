"""COCO, VOC, YOLO and CVAT as pycocotools, datumaro and a plain XML parser read them."""

import contextlib
import csv
import io
import json
import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from PIL import Image
from pycocotools.coco import COCO

from playbill.core.analysis import Analysis
from playbill.core.labels import COCO_80
from playbill.core.metadata import Box, FrameMetadata
from playbill.datasets.opening import open_objects
from playbill.errors import DatasetError
from playbill.exports.formats import export_chunks, write_export
from tests.support.analyses import ADA, CHARLES, analysis_of, person, thing
from tests.support.exported import (
    ODD_NAMES,
    awkward,
    clip_analysis,
    empty,
    exported,
    picture,
    plain,
    times_of,
    varying_clip,
)

DATUMARO = Path(__file__).parents[2] / ".venv-peers" / "datumaro" / "bin" / "python"
PEER = Path(__file__).with_name("datumaro_reads.py")
FIRST_FRAME = [("person", (10, 20, 110, 220)), ("tv", (200, 100, 300, 180))]


def coco(analysis: Analysis, folder: Path) -> Any:
    (folder / "coco.json").write_bytes(exported(analysis, "coco"))
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(folder / "coco.json"))


def unzipped(analysis: Analysis, name: str, folder: Path) -> list[str]:
    with ZipFile(io.BytesIO(exported(analysis, name))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        return archive.namelist()


def cvat(analysis: Analysis, name: str = "cvat") -> ElementTree.Element:
    return ElementTree.fromstring(exported(analysis, name))


def test_pycocotools_reads_every_frame_as_a_picture(tmp_path: Path) -> None:
    found = coco(plain(), tmp_path)

    images = found.loadImgs(found.getImgIds())
    assert [image["video"]["frame_from_0"] for image in images] == [0, 30, 60]
    assert [image["video"]["time_s"] for image in images] == [0.0, 1.001, 2.002]
    assert {image["video"]["sha256"] for image in images} == {"ab" * 32}
    assert {image["video"]["frame_rate"] for image in images} == {"30000/1001"}
    assert {image["video"]["sample_every"] for image in images} == {30}
    assert all(image["id"] > 0 for image in images)
    names = {c["id"]: c["name"] for c in found.loadCats(found.getCatIds())}
    assert sorted(names.values()) == sorted(COCO_80)
    assert (names[1], names[72]) == ("person", "tv")
    boxes = [
        (names[a["category_id"]], tuple(a["bbox"]))
        for a in found.loadAnns(found.getAnnIds(imgIds=[images[0]["id"]]))
    ]
    assert boxes == [("person", (10, 20, 100, 200)), ("tv", (200, 100, 100, 80))]


def test_coco_keeps_names_letter_by_letter(tmp_path: Path) -> None:
    found = coco(awkward(), tmp_path)

    annotations = found.loadAnns(found.getAnnIds())
    assert [a["attributes"]["name"] for a in annotations] == list(ODD_NAMES)


def test_several_media_are_one_set_with_names_of_their_own(tmp_path: Path) -> None:
    one = plain()
    same_name = replace(one, media=replace(one.media, sha256="ef" * 32))
    chunks = export_chunks([one, same_name, picture()], "coco")
    (tmp_path / "coco.json").write_bytes(b"".join(chunks))
    images = json.loads((tmp_path / "coco.json").read_text())["images"]

    names = [image["file_name"] for image in images]
    assert len(set(names)) == len(names) == 7
    assert names[0] == "news/frame_000000.jpg"
    assert names[3] == "news-efefefefefef/frame_000000.jpg"
    assert names[6] == "photo.jpg"
    assert len({image["id"] for image in images}) == 7


@pytest.mark.parametrize("name", ["voc", "yolo"])
def test_pictures_that_differ_in_case_or_suffix_alone_do_not_meet(name: str) -> None:
    one = picture()
    media = (("a.jpg", "1"), ("a.png", "2"), ("A.JPG", "3"), ("x" * 250 + ".jpg", "4"))
    several = [
        replace(one, media=replace(one.media, name=n, sha256=digit * 64)) for n, digit in media
    ]
    with ZipFile(io.BytesIO(b"".join(export_chunks(several, name)))) as archive:
        files = [n for n in archive.namelist() if re.search(r"(Annotations|labels)/", n)]

    assert len({file.casefold() for file in files}) == 4
    assert all(len(file.encode()) < 255 for file in files)


def test_voc_is_read_by_playbill_when_the_frames_lie_beside_it(tmp_path: Path) -> None:
    names = unzipped(plain(), "voc", tmp_path)
    assert not any(name.startswith("JPEGImages") for name in names)
    put_frames(tmp_path / "JPEGImages" / "news")

    first = next(iter(open_objects(tmp_path)))

    assert objects_of(first) == FIRST_FRAME
    assert [part.label for part in first.details_of(0).parts] == ["face"]
    assert first.details_of(0).parts[0].box_xyxy == (40, 30, 80, 80)
    assert first.details.database == f"news.mp4 sha256:{'ab' * 32}"
    assert first.details.image == (
        "frame 0 counted from 0, at 0 s; every 30. frame of 30000/1001 a second"
    )


def test_voc_counts_pixels_from_one_with_both_edges_inside(tmp_path: Path) -> None:
    unzipped(plain(), "voc", tmp_path)
    root = ElementTree.parse(tmp_path / "Annotations" / "news" / "frame_000000.xml")
    box = root.find("object/bndbox")
    assert box is not None

    assert {e.tag: e.text for e in box} == {
        "xmin": "11",
        "ymin": "21",
        "xmax": "110",
        "ymax": "220",
    }


def test_yolo_is_read_by_playbill_when_the_frames_lie_beside_it(tmp_path: Path) -> None:
    unzipped(plain(), "yolo", tmp_path)
    put_frames(tmp_path / "images" / "news")

    first = next(iter(open_objects(tmp_path)))

    assert objects_of(first) == FIRST_FRAME


@pytest.mark.parametrize("name", ["voc", "yolo"])
def test_a_table_says_where_each_picture_comes_from(name: str, tmp_path: Path) -> None:
    path = varying_clip(tmp_path)
    times = times_of(path)
    unzipped(clip_analysis(path, {ADA: (7, 50)}), name, tmp_path)
    rows = list(csv.DictReader((tmp_path / "pictures.csv").read_text().splitlines()))

    assert [int(row["frame_from_0"]) for row in rows] == list(range(0, 60, 10))
    for row in rows:
        assert row["picture"] == f"varying/frame_{int(row['frame_from_0']):06}.jpg"
        assert float(row["time_s"]) == pytest.approx(float(times[int(row["frame_from_0"])]))
        assert (row["media"], row["sample_every"]) == ("varying.mp4", "10")
        assert (len(row["sha256"]), row["frame_rate"]) == (64, "750/59")


def test_a_picture_in_the_table_has_its_source_and_no_frame(tmp_path: Path) -> None:
    unzipped(picture(), "yolo", tmp_path)
    (row,) = csv.DictReader((tmp_path / "pictures.csv").read_text().splitlines())

    assert (row["picture"], row["media"], row["sha256"]) == ("photo.jpg", "photo.jpg", "cd" * 32)
    assert row["frame_from_0"] == row["time_s"] == ""


def test_images_of_cvat_have_the_numbers_of_frames(tmp_path: Path) -> None:
    root = cvat(plain())

    images = root.findall("image")
    assert [image.get("id") for image in images] == ["0", "30", "60"]
    assert [image.get("name") for image in images] == [f"frame_{n:06}.jpg" for n in (0, 30, 60)]
    ada, tv = images[0].findall("box")
    assert (ada.get("label"), tv.get("label")) == ("person", "tv")
    assert [ada.get(side) for side in ("xtl", "ytl", "xbr", "ybr")] == ["10", "20", "110", "220"]
    attributes = {e.get("name"): e.text for e in ada}
    assert attributes == {
        "name": "Ada Lovelace",
        "person_id": "person-ada",
        "person_score": "0.8",
        "score": "0.9",
    }
    put_frames(tmp_path)
    (tmp_path / "cvat.xml").write_bytes(exported(plain(), "cvat"))
    found = open_objects(tmp_path / "cvat.xml", pictures=tmp_path)
    assert objects_of(next(iter(found))) == FIRST_FRAME


@pytest.mark.parametrize("name", ["cvat", "cvat-video"])
def test_cvat_says_its_source_and_the_times_of_frames(name: str) -> None:
    text = exported(awkward(), name).decode()
    comment = re.search(r"<!-- (.*?) -->", text)
    assert comment
    facts = json.loads(comment[1])

    assert (facts["sha256"], facts["frameRate"]) == ("ab" * 32, "30000/1001")
    assert facts["frameTimes"][:2] == [[0, 0.0], [30, 1.001]]
    assert facts["media"] == "odd <&> 'name' --> .mp4"


@pytest.mark.parametrize("name", ["cvat", "cvat-video"])
def test_names_that_xml_cannot_hold_are_marked(name: str) -> None:
    names = [e.text for e in cvat(awkward(), name).iter("attribute") if e.get("name") == "name"]
    expected = [re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", odd) for odd in ODD_NAMES]

    assert [as_parsed(odd) for odd in expected] == list(dict.fromkeys(names))


def test_a_track_of_cvat_is_one_person_through_neighbouring_frames() -> None:
    tracks = cvat(plain(), "cvat-video").findall("track")

    found = [
        (
            track.get("label"),
            name_of(track),
            [(int(b.get("frame", "")), b.get("outside")) for b in track.iter("box")],
        )
        for track in tracks
    ]
    assert found == [
        ("person", "Ada Lovelace", [(0, "0"), (30, "0"), (60, "1")]),
        ("tv", None, [(0, "0"), (30, "1")]),
        ("person", "Charles Babbage", [(30, "0"), (60, "1")]),
        ("person", None, [(60, "0")]),
    ]


def test_tracks_follow_people_by_name_and_things_by_overlap() -> None:
    def frame(number: int, *things: Any) -> FrameMetadata:
        return FrameMetadata(30 * number, Fraction(number), things)

    left: Box = (0, 0, 100, 100)
    near: Box = (20, 0, 120, 100)
    far: Box = (300, 0, 400, 100)
    analysis = analysis_of(
        frame(0, person(ADA, left, None), thing("tv", left), thing("tv", far)),
        frame(1, thing("tv", far), person(ADA, far, None), thing("tv", near)),
        frame(2, person(CHARLES, far, None), thing("car", near)),
        frame(3, thing("car", far)),
    )
    tracks = cvat(analysis, "cvat-video").findall("track")

    shown = [[b.get("frame") for b in t.iter("box") if b.get("outside") == "0"] for t in tracks]
    labels = [track.get("label") for track in tracks]
    assert list(zip(labels, shown, strict=True)) == [
        ("person", ["0", "30"]),
        ("tv", ["0", "30"]),
        ("tv", ["0", "30"]),
        ("person", ["60"]),
        ("car", ["60"]),
        ("car", ["90"]),
    ]
    assert [b.get("xtl") for b in tracks[1].iter("box")][:2] == ["0", "20"]


def test_a_task_of_cvat_is_as_long_as_the_video() -> None:
    meta = cvat(plain(), "cvat-video").find("meta/task")
    assert meta is not None

    assert (meta.findtext("size"), meta.findtext("stop_frame")) == ("1840", "1839")
    assert (meta.findtext("original_size/width"), meta.findtext("source")) == ("640", "news.mp4")
    assert len(meta.findall("labels/label")) == 80


@pytest.mark.parametrize("name", ["coco", "voc", "yolo", "cvat", "cvat-video"])
def test_a_medium_without_anything_seen_is_a_set_without_objects(name: str, tmp_path: Path) -> None:
    if name in {"voc", "yolo"}:
        assert len(unzipped(empty(), name, tmp_path)) >= 3
    elif name == "coco":
        found = coco(empty(), tmp_path)
        assert (len(found.getImgIds()), found.getAnnIds()) == (1, [])
    else:
        assert not list(cvat(empty(), name).iter("box"))


def test_media_without_an_analysed_frame_are_no_training_set() -> None:
    with pytest.raises(DatasetError, match="holds no pictures"):
        exported(analysis_of(), "coco")


@pytest.mark.skipif(
    not DATUMARO.exists(),
    reason="datumaro is not there: make judges",
)
@pytest.mark.parametrize("name", ["coco", "voc", "yolo", "cvat", "cvat-video"])
def test_datumaro_reads_the_same_boxes(name: str, tmp_path: Path) -> None:
    analysis = plain()
    if name in {"voc", "yolo"}:
        unzipped(analysis, name, tmp_path)
        put_frames(tmp_path / {"voc": "JPEGImages", "yolo": "images"}[name] / "news")
    elif name == "coco":
        (tmp_path / "annotations").mkdir()
        write_export([analysis], name, tmp_path / "annotations" / "instances_train.json")
        put_frames(tmp_path / "images" / "train" / "news")
    else:
        write_export([analysis], name, tmp_path / "annotations.xml")
        put_frames(tmp_path / "images")
    done = subprocess.run(
        [DATUMARO, PEER, name, tmp_path], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(done.stdout.splitlines()[-1])

    faces = [found for found in read["boxes"] if found[1] == "face"]
    boxes = [found for found in read["boxes"] if found[1] != "face"]
    if name == "voc":
        assert [found[2] for found in faces] == [[41, 31, 39, 49]] * 3
        boxes = [[n, label, as_from_voc(box)] for n, label, box in boxes]
    assert boxes == [
        [0, "person", [10, 20, 100, 200]],
        [0, "tv", [200, 100, 100, 80]],
        [30, "person", [10, 20, 100, 200]],
        [30, "person", [300, 20, 100, 200]],
        [60, "person", [10, 20, 100, 200]],
    ]
    if name in {"coco", "cvat", "cvat-video"}:
        assert read["names"] == ["Ada Lovelace", "Ada Lovelace", "Charles Babbage"]


def as_from_voc(box: list[int]) -> list[int]:
    """datumaro takes VOC's numbers as they are, where VOC counts from 1 with both edges inside."""
    left, top, width, height = box
    return [left - 1, top - 1, width + 1, height + 1]


def put_frames(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in (0, 30, 60):
        Image.new("RGB", (640, 360)).save(folder / f"frame_{number:06}.jpg")


def objects_of(picture_: Any) -> list[tuple[str, tuple[float, ...]]]:
    rows = zip(picture_.class_ids.tolist(), picture_.boxes_xyxy.tolist(), strict=True)
    return [(COCO_80[number], tuple(map(round, box))) for number, box in rows]


def name_of(track: ElementTree.Element) -> str | None:
    found = next((e for e in track.iter("attribute") if e.get("name") == "name"), None)
    return None if found is None else found.text


def as_parsed(text: str) -> str:
    """XML's own rule of line ends (section 2.11)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
