import contextlib
import io
import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from playbill.core.labels import COCO_80, COCO_90_TO_80
from playbill.datasets.objects import ObjectDetails, PictureDetails, VideoFrame
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.problems import ProblemKind, ProblemList
from playbill.errors import DatasetError
from tests.support.object_sets import HeldSet, draw, labelled

Document = dict[str, Any]


def document() -> Document:
    """Two pictures, annotations in no order, everything that COCO's format has."""
    return {
        "info": {"year": 2017, "version": "1.0", "contributor": "somebody"},
        "licenses": [{"id": 4, "name": "CC BY", "url": "a"}, {"id": 5, "name": "none", "url": "b"}],
        "images": [
            {
                "id": 30,
                "file_name": "a.png",
                "width": 40,
                "height": 30,
                "license": 4,
                "coco_url": "c",
                "flickr_url": "f",
                "date_captured": "2013-11-14 11:18:45",
            },
            {"id": 7, "file_name": "b.png", "width": 40, "height": 30, "license": 5},
        ],
        "annotations": [
            annotation(100, 7, bbox=[0, 0, 40, 30], iscrowd=1, area=600.5),
            annotation(12, 30, bbox=[10.1, 3.3, 20.2, 4.4], area=7.25),
            annotation(11, 7, 90, bbox=[1, 2, 3, 4], area=12),
        ],
        "categories": [
            {"supercategory": "person", "id": 1, "name": "person"},
            {"supercategory": "indoor", "id": 90, "name": "toothbrush"},
        ],
    }


def annotation(number: int, image: int, category: int = 1, **more: Any) -> Document:
    entry = {"id": number, "image_id": image, "category_id": category, "iscrowd": 0}
    return entry | {"bbox": [1, 1, 4, 4], "area": 16} | more


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Document], Path]:
    """Write a document; its two pictures lie beside it."""
    for name in ("a.png", "b.png"):
        draw(tmp_path / name)

    def write_document(content: Document) -> Path:
        path = tmp_path / "instances.json"
        path.write_text(json.dumps(content))
        return path

    return write_document


Write = Callable[[Document], Path]


def read_problems(path: Path) -> tuple[ProblemList, list[int]]:
    """What is wrong, and how many objects each picture keeps."""
    problems = ProblemList()
    sizes = [len(picture) for picture in open_objects(path, on_problem=problems)]
    return problems, sizes


def test_boxes_are_corners_and_ids_indices(write: Write) -> None:
    dataset = open_objects(write(document()))
    a, b = dataset

    assert dataset.labels == ("person", "toothbrush")
    assert dataset.about.category_ids == (1, 90)
    assert a.boxes_xyxy.tolist() == [[10.1, 3.3, 10.1 + 20.2, 3.3 + 4.4]]
    assert b.boxes_xyxy.tolist() == [[0, 0, 40, 30], [1, 2, 4, 6]]
    assert b.class_ids.tolist() == [0, 1]
    assert b.crowd.tolist() == [True, False]
    assert b.areas.tolist() == [600.5, 12]
    assert b.ids is not None
    assert b.ids.tolist() == [100, 11]


def test_a_round_trip_changes_nothing(write: Write, tmp_path: Path) -> None:
    given = document()
    ring = [10.1, 3.3, 30.3, 3.3, 20.5, 7.7]
    given["annotations"][0]["segmentation"] = {"size": [30, 40], "counts": [600, 600]}
    given["annotations"][1]["segmentation"] = [ring, [1, 1, 2, 2, 3, 1.5]]
    given["annotations"][2]["segmentation"] = {"size": [30, 40], "counts": "0P1o0"}
    target = tmp_path / "again.json"

    written = write_objects(open_objects(write(given)), target, format="coco")
    found = json.loads(target.read_text())

    by_id = {entry["id"]: entry for entry in found["annotations"]}
    assert not written.lost
    assert {key: found[key] for key in found if key != "annotations"} == {
        key: given[key] for key in given if key != "annotations"
    }
    assert by_id == {entry["id"]: entry for entry in given["annotations"]}


def test_outlines_are_left_out_on_request(write: Write) -> None:
    given = document()
    given["annotations"][1]["segmentation"] = [[1, 1, 2, 2, 3, 1.5]]

    a, _ = open_objects(write(given), outlines=False)

    assert a.outlines == ()


def test_pycocotools_reads_the_same(write: Write, tmp_path: Path) -> None:
    target = tmp_path / "again.json"
    dataset = open_objects(write(document()))
    write_objects(dataset, target, format="coco")

    with contextlib.redirect_stdout(io.StringIO()):
        theirs = COCO(str(target))

    for picture in dataset:
        rows = theirs.loadAnns(theirs.getAnnIds(imgIds=[picture.details.id]))
        assert picture.ids is not None
        assert [row["id"] for row in rows] == picture.ids.tolist()
        corners = [[x, y, x + w, y + h] for x, y, w, h in (row["bbox"] for row in rows)]
        assert corners == picture.boxes_xyxy.tolist()


def test_cocos_80_classes_get_cocos_numbers(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    target = tmp_path / "x.json"
    dataset = HeldSet((labelled(path, [[1, 1, 9, 9]], [79]),), labels=COCO_80)

    write_objects(dataset, target, format="coco")

    found = json.loads(target.read_text())
    assert [entry["id"] for entry in found["categories"]] == sorted(COCO_90_TO_80)
    assert found["annotations"][0]["category_id"] == 90


def test_numbers_that_are_given_twice_are_given_anew(tmp_path: Path) -> None:
    names = ("a.png", "b.png", "c.png")
    numbers = (None, 1, 1)
    pictures = tuple(
        labelled(draw(tmp_path / name), details=PictureDetails(id=number))
        for name, number in zip(names, numbers, strict=True)
    )
    target = tmp_path / "x.json"

    written = write_objects(HeldSet(pictures), target, format="coco")

    images = json.loads(target.read_text())["images"]
    assert len({image["id"] for image in images}) == 3
    assert sum(written.lost.values()) == 2


def test_frames_of_videos_and_attributes_come_back(tmp_path: Path) -> None:
    frame = VideoFrame("a.mp4", "ab" * 32, Fraction(30000, 1001), 30, 60, Fraction("2.002"))
    given = labelled(
        draw(tmp_path / "images" / "a.png"),
        [[1, 1, 9, 9], [2, 2, 8, 8]],
        details=PictureDetails(id=1, frame=frame),
        object_details=(ObjectDetails(attributes=(("name", "Ada"),)), ObjectDetails()),
    )

    written = write_objects(HeldSet((given,)), tmp_path / "x.json", format="coco")
    (found,) = open_objects(tmp_path / "x.json")

    assert not written.lost
    assert found.details.frame == frame
    assert [found.details_of(row).attributes for row in range(2)] == [(("name", "Ada"),), ()]


@pytest.mark.parametrize("video", [None, 3, {}, {"file_name": "a.mp4"}, {"frame_rate": "1/0"}])
def test_a_video_of_other_writers_is_no_frame_and_no_problem(write: Write, video: object) -> None:
    given = document()
    given["images"][0]["video"] = video

    assert {picture.details.frame for picture in open_objects(write(given))} == {None}


def test_the_picture_folder_of_cocos_own_layout_is_found(tmp_path: Path) -> None:
    draw(tmp_path / "val2017" / "a.png")
    draw(tmp_path / "val2017" / "b.png")
    path = tmp_path / "annotations" / "instances_val2017.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document()))

    assert [picture.path.parent.name for picture in open_objects(path)] == ["val2017", "val2017"]


def test_a_file_without_sizes_takes_them_from_the_pictures(write: Write) -> None:
    given = document()
    for image in given["images"]:
        del image["width"], image["height"]

    assert [picture.size_wh for picture in open_objects(write(given))] == [(40, 30), (40, 30)]


CASES: list[tuple[str, Callable[[Document], Any], ProblemKind, str, list[int]]] = [
    (
        "a size that is swapped",
        lambda d: d["images"][0].update(width=30, height=40),
        "wrong-size",
        "30 x 40 (width and height are swapped)",
        [1, 2],
    ),
    (
        "a class that no category has",
        lambda d: d["annotations"][0].update(category_id=5),
        "unknown-label",
        "1 annotations are of class 5, which categories do not list",
        [1, 1],
    ),
    (
        "a picture that is not listed",
        lambda d: d["annotations"][0].update(image_id=31),
        "unknown-picture",
        "image_id 31",
        [1, 1],
    ),
    (
        "an annotation number twice",
        lambda d: d["annotations"][0].update(id=12),
        "duplicate-object",
        "(12)",
        [1, 2],
    ),
    (
        "a picture number twice",
        lambda d: d["images"][1].update(id=30),
        "duplicate-picture",
        "(30)",
        [1],
    ),
    (
        "a picture twice",
        lambda d: d["images"][1].update(file_name="a.png"),
        "duplicate-picture",
        "(a.png)",
        [1],
    ),
    (
        "a class name twice",
        lambda d: d["categories"][1].update(name="person"),
        "unreadable-labels",
        "'person' (id 90)",
        [1, 1],
    ),
    (
        "no box",
        lambda d: d["annotations"][0].pop("bbox"),
        "unreadable-labels",
        "annotations[0]: expected image_id, category_id, bbox",
        [1, 1],
    ),
    (
        "a box of three numbers",
        lambda d: d["annotations"][0].update(bbox=[1, 2, 3]),
        "unreadable-labels",
        "annotations[0]",
        [1, 1],
    ),
    (
        "a box of words",
        lambda d: d["annotations"][0].update(bbox=[1, 2, 3, "4"]),
        "bad-box",
        "expected four numbers",
        [1, 1],
    ),
    (
        "NaN in a box",
        lambda d: d["annotations"][1].update(bbox=[1, 2, math.nan, 4]),
        "bad-box",
        "a.png: annotation 12: the box (left, top, right, bottom) is 1, 2, nan, 6",
        [0, 2],
    ),
    (
        "a negative width",
        lambda d: d["annotations"][1].update(bbox=[1, 2, -3, 4]),
        "bad-box",
        "expected left < right",
        [0, 2],
    ),
    (
        "an outline of two points",
        lambda d: d["annotations"][1].update(segmentation=[[1, 2, 3, 4]]),
        "unheld-shape",
        "at least 3 points",
        [1, 2],
    ),
    (
        "an outline that is none",
        lambda d: d["annotations"][1].update(segmentation="?"),
        "unheld-shape",
        "expected polygons, or run lengths",
        [1, 2],
    ),
    (
        "an entry that is none",
        lambda d: d["annotations"].__setitem__(1, 5),
        "unreadable-labels",
        "annotations[1]: expected an object in braces, found int",
        [0, 2],
    ),
    (
        "a name that leads elsewhere",
        lambda d: d["images"][1].update(file_name="../b.png"),
        "bad-name",
        "../b.png",
        [1],
    ),
]


@pytest.mark.parametrize(
    ("damage", "kind", "words", "sizes"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_what_is_wrong_is_named_and_left_out(
    write: Write,
    damage: Callable[[Document], Any],
    kind: ProblemKind,
    words: str,
    sizes: list[int],
) -> None:
    given = document()
    damage(given)
    path = write(given)

    problems, found = read_problems(path)

    assert kind in problems.counts()
    assert any(words in str(problem) for problem in problems.problems)
    assert all(str(path) in str(problem) for problem in problems.problems)
    assert found == sizes
    with pytest.raises(DatasetError):
        list(open_objects(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "lists no pictures"),
        (document() | {"images": []}, "lists no pictures"),
        (document() | {"categories": []}, "has no classes"),
    ],
)
def test_a_file_without_the_main_things_is_refused(
    write: Write, content: Document, words: str
) -> None:
    with pytest.raises(DatasetError, match=words):
        open_objects(write(content))


def test_broken_json_is_refused_with_its_line(write: Write) -> None:
    path = write(document())
    path.write_text(json.dumps(document(), indent=1).replace('"iscrowd": 1', '"iscrowd" 1'))

    with pytest.raises(DatasetError, match=r"line \d\d: not valid JSON: expecting ':'"):
        open_objects(path)


@pytest.mark.models
def test_real_coco_comes_back_as_it_was(data_folder: Path, tmp_path: Path) -> None:
    source = data_folder / "coco" / "instances_train.json"
    target = tmp_path / "again.json"
    dataset = open_objects(source)

    written = write_objects(dataset, target, format="coco")

    given, found = json.loads(source.read_text()), json.loads(target.read_text())
    assert dataset.labels == COCO_80
    assert (written.pictures, written.objects) == (317, 2640)
    assert not written.lost
    before, after = (
        {entry["id"]: entry for entry in content["annotations"]} for content in (given, found)
    )
    for number, entry in before.items():
        assert entry.pop("bbox") == pytest.approx(after[number].pop("bbox"), abs=1e-12)
    assert after == before
    assert found["categories"] == given["categories"]
    assert sum(picture.crowd.sum() for picture in dataset) == 18
    np.testing.assert_array_less(-0.01, np.concatenate([p.boxes_xyxy for p in dataset]))


@pytest.mark.parametrize(
    ("member", "change", "told"),
    [
        ("images", {"id": 2**63}, "unreadable-labels"),
        ("categories", {"id": 2**70}, "unreadable-labels"),
        ("categories", {"name": "\ud800"}, "unreadable-labels"),
        ("annotations", {"image_id": -(2**64)}, "unreadable-labels"),
        ("annotations", {"category_id": 2**64}, "unreadable-labels"),
        ("annotations", {"bbox": [1, 1, 10**400, 4]}, "bad-box"),
        ("annotations", {"segmentation": [[0, 0, 1, 0, 10**400, 1]]}, "unheld-shape"),
        ("images", {"file_name": "a\0/a.png"}, "bad-name"),
        ("images", {"file_name": "\ud800/a.png"}, "bad-name"),
    ],
)
def test_what_no_array_and_no_disk_can_hold_is_told_of(
    member: str, change: Document, told: ProblemKind, write: Write
) -> None:
    content = document()
    content[member][0] |= change
    problems = ProblemList()

    list(open_objects(write(content), on_problem=problems))

    assert told in problems.counts()
    assert all(str(problem).encode() for problem in problems.problems)


def test_numbers_without_bounds_that_do_not_matter_are_passed_over(write: Write) -> None:
    content = document()
    content["annotations"][1] |= {"id": 2**64, "area": 10**400}

    first, _ = open_objects(write(content))

    assert first.ids is None
    assert first.areas[0] == pytest.approx(20.2 * 4.4)


def test_a_name_that_is_not_in_utf_8_comes_back(tmp_path: Path) -> None:
    path = draw(tmp_path / "Jos\udce9.png")
    write_objects(HeldSet((labelled(path),)), tmp_path / "instances.json", format="coco")

    [found] = open_objects(tmp_path / "instances.json")

    assert found.path == path
