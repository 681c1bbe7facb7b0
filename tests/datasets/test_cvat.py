from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from playbill.datasets.masks import mask_pixels
from playbill.datasets.objects import ObjectDetails
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.outlines import Mask, Polygons
from playbill.datasets.problems import ProblemKind, ProblemList
from playbill.errors import DatasetError
from tests.support.object_sets import SIZE, HeldSet, draw, labelled

FILE = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><id>3</id><name>cars</name>{meta}<labels>
<label><name>car</name><color>#ff0000</color><type>any</type><attributes><attribute>
<name>make</name><mutable>False</mutable><input_type>text</input_type></attribute></attributes></label>
<label><name>sign</name><attributes></attributes></label>
</labels></task></meta>{body}</annotations>"""
IMAGE = '<image id="5" name="a.png" subset="train" width="40" height="30">{}</image>'
BOX = '<box label="{label}" occluded="1" xtl="1.5" ytl="2" xbr="9.25" ybr="8" {more}>{inner}</box>'

Cvat = Callable[..., Path]


@pytest.fixture
def cvat(tmp_path: Path) -> Cvat:
    """A CVAT file about one picture, with these shapes."""

    def make(*shapes: str, body: str | None = None, meta: str = "") -> Path:
        draw(tmp_path / "images" / "a.png")
        path = tmp_path / "annotations.xml"
        inner = IMAGE.format("".join(shapes)) if body is None else body
        path.write_text(FILE.format(meta=meta, body=inner))
        return path

    return make


def box(label: str = "car", more: str = "", inner: str = "") -> str:
    return BOX.format(label=label, more=more, inner=inner)


def test_what_cvat_holds_is_read(cvat: Cvat) -> None:
    make = '<attribute name="make">VW &amp; Co</attribute>'
    more = 'z_order="3" group_id="2" source="manual"'

    dataset = open_objects(cvat(box(more=more, inner=make), box("sign")))
    (picture,) = dataset

    assert dataset.labels == ("car", "sign")
    assert dataset.about.task == "cars"
    assert picture.boxes_xyxy.tolist() == [[1.5, 2, 9.25, 8]] * 2
    assert picture.class_ids.tolist() == [0, 1]
    assert picture.occluded.tolist() == [True, True]
    assert (picture.details.id, picture.details.subsets) == (5, ("train",))
    assert picture.object_details == (
        ObjectDetails(attributes=(("make", "VW & Co"),), z_order=3, group=2, source="manual"),
        ObjectDetails(),
    )


def test_what_cvat_holds_comes_back(cvat: Cvat, tmp_path: Path) -> None:
    shapes = (
        box(more='z_order="3" group_id="2" source="manual"'),
        box(inner='<attribute name="make">VW</attribute>'),
        box(more='rotation="30.0"'),
        '<polygon label="sign" occluded="0" points="1,1;5.5,1;3,6" z_order="0"/>',
        '<mask label="car" left="2" top="3" width="4" height="2" rle="1, 6, 1" z_order="0"/>',
    )
    dataset = open_objects(cvat(*shapes))
    target = tmp_path / "again.xml"

    written = write_objects(dataset, target, format="cvat")
    again = open_objects(target)
    (before,), (after,) = dataset, again

    assert not written.lost
    assert again.labels == dataset.labels
    assert again.about == dataset.about
    assert after.details == before.details
    assert after.object_details == before.object_details
    np.testing.assert_allclose(after.boxes_xyxy, before.boxes_xyxy, atol=1e-9)
    assert after.outlines[3:] == before.outlines[3:]
    root = ElementTree.parse(target).getroot()
    assert [shape.tag for shape in root.findall("image/*")] == [
        *("box", "box", "box", "polygon", "mask"),
    ]
    assert root.find("image/mask").attrib["rle"] == "1, 6, 1"  # type: ignore[union-attr]
    assert root.findtext("meta/task/labels/label/color") == "#ff0000"
    turned = root.findall("image/box")[2].attrib
    edges = [turned[edge] for edge in ("xtl", "ytl", "xbr", "ybr", "rotation")]
    assert edges == ["1.5", "2", "9.25", "8", "30"]


def test_another_reader_finds_the_edges(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    dataset = HeldSet((labelled(path, [[0, 0, 40, 30], [4.5, 1, 7, 2]], [1, 2]),))

    write_objects(dataset, tmp_path / "x.xml", format="cvat")

    root = ElementTree.parse(tmp_path / "x.xml").getroot()
    image = root.find("image")
    assert image is not None
    assert (image.get("name"), image.get("width"), image.get("height")) == ("a.png", "40", "30")
    assert [
        [float(found.attrib[edge]) for edge in ("xtl", "ytl", "xbr", "ybr")] for found in image
    ] == [[0, 0, 40, 30], [4.5, 1, 7, 2]]
    assert [found.get("label") for found in image] == ["dog", "hot dog"]
    assert [label.findtext("name") for label in root.iter("label")] == ["cat", "dog", "hot dog"]


def test_a_turned_box_has_the_box_around_its_corners(cvat: Cvat) -> None:
    shape = '<box label="car" xtl="10" ytl="10" xbr="20" ybr="14" rotation="90"/>'
    (picture,) = open_objects(cvat(shape))

    np.testing.assert_allclose(picture.boxes_xyxy, [[13, 7, 17, 17]])
    (corners,) = picture.outlines
    assert isinstance(corners, Polygons)
    # Turned clockwise, the top left corner comes to lie at the top right.
    np.testing.assert_allclose(corners.rings[0][:2], [17, 7])


def test_a_mask_lies_where_its_box_is(cvat: Cvat) -> None:
    shape = '<mask label="car" left="2" top="3" width="4" height="2" rle="1, 6, 1"/>'
    (picture,) = open_objects(cvat(shape))
    (mask,) = picture.outlines
    assert isinstance(mask, Mask)

    expected = np.zeros(SIZE[::-1], bool)
    expected[3, 3:6] = True
    expected[4, 2:5] = True

    assert picture.boxes_xyxy.tolist() == [[2, 3, 6, 5]]
    np.testing.assert_array_equal(mask_pixels(mask), expected)


def test_a_mask_of_coco_becomes_one_of_cvat(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    pixels = np.zeros(SIZE[::-1], np.uint8)
    pixels[4:9, 10:20] = 1
    pixels[6, 12] = 0
    counts = coco_mask.encode(np.asfortranarray(pixels))["counts"].decode()
    dataset = HeldSet((labelled(path, [[10, 4, 20, 9]], outlines=(Mask(SIZE, counts),)),))

    written = write_objects(dataset, tmp_path / "x.xml", format="cvat")
    (found,) = open_objects(tmp_path / "x.xml")

    (mask,) = found.outlines
    assert isinstance(mask, Mask)
    assert "outlines" not in written.lost
    np.testing.assert_array_equal(mask_pixels(mask), pixels.astype(bool))


def test_a_broken_mask_leaves_the_box(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    dataset = HeldSet((labelled(path, [[10, 4, 20, 9]], outlines=(Mask(SIZE, (1, 2)),)),))

    written = write_objects(dataset, tmp_path / "x.xml", format="cvat")
    (found,) = open_objects(tmp_path / "x.xml")

    assert written.lost == {"outlines": 1}
    assert found.boxes_xyxy.tolist() == [[10, 4, 20, 9]]


TRACK = """<track id="{id}" label="car" source="manual">
<box frame="0" outside="0" occluded="0" keyframe="1" xtl="1" ytl="1" xbr="9" ybr="9" z_order="0"/>
<box frame="1" outside="0" occluded="1" keyframe="0" xtl="2" ytl="1" xbr="10" ybr="9" z_order="0"/>
<box frame="2" outside="1" occluded="0" keyframe="1" xtl="3" ytl="1" xbr="11" ybr="9" z_order="0"/>
</track>"""
VIDEO = "<size>4</size><original_size><width>40</width><height>30</height></original_size>"


def test_the_frames_of_a_video_are_pictures(cvat: Cvat) -> None:
    path = cvat(body=TRACK.format(id=0) + TRACK.format(id=7), meta=VIDEO)
    (path.parent / "images" / "a.png").unlink()
    for number in range(6):
        draw(path.parent / "images" / f"frame_{number:06d}.png")

    dataset = open_objects(path)
    pictures = list(dataset)

    assert len(dataset) == 4
    assert [picture.name for picture in pictures] == [f"frame_{n:06d}.png" for n in range(4)]
    assert [len(picture) for picture in pictures] == [2, 2, 0, 0]
    assert pictures[1].boxes_xyxy.tolist() == [[2, 1, 10, 9]] * 2
    assert pictures[1].occluded.tolist() == [True, True]
    assert [details.track for details in pictures[0].object_details] == [0, 7]
    assert [details.keyframe for details in pictures[0].object_details] == [True, True]


def test_frames_that_are_not_there_are_told_of(cvat: Cvat) -> None:
    path = cvat(body=TRACK.format(id=0), meta=VIDEO)

    with pytest.raises(DatasetError, match=r"2 of 2 picture files are missing \(frame 0, frame 1"):
        open_objects(path)


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        (box("bus"), "unknown-label", "box 1: the class is 'bus', expected one of 2 labels"),
        ('<points label="car" points="1,2"/>', "unheld-shape", "<points> is no shape with a box"),
        ('<tag label="car"/>', "unheld-shape", "<tag>"),
        ('<box label="car" xtl="1" ytl="2" xbr="3"/>', "unreadable-labels", "<box> has no ybr"),
        ('<box label="car" xtl="x"/>', "unreadable-labels", "xtl is 'x'"),
        ('<box label="car" xtl="nan" ytl="1" xbr="3" ybr="4"/>', "bad-box", "nan"),
        ('<polygon label="car" points="1,2;3,4"/>', "unreadable-labels", "three points"),
        ('<polygon label="car" points="1,2;3;4,5"/>', "unreadable-labels", "expected x,y;x,y"),
        (
            '<mask label="car" left="39" top="0" width="2" height="1" rle="0, 2"/>',
            "unreadable-labels",
            "expected a box in the picture",
        ),
        (
            '<mask label="car" left="0" top="0" width="2" height="1" rle="0, 3"/>',
            "unreadable-labels",
            "add up to 2, got 3",
        ),
    ],
)
def test_what_is_wrong_is_named(cvat: Cvat, shape: str, kind: ProblemKind, words: str) -> None:
    problems = ProblemList()

    (picture,) = open_objects(cvat(shape), on_problem=problems)

    assert len(picture) == 0
    assert [problem.kind for problem in problems.problems] == [kind]
    assert words in str(problems.problems[0])
    assert "a.png" in problems.problems[0].where


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb">]><annotations>&b;</annotations>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "refused XML"),
        ("<annotations>\n<image>", "line 2, column 7"),
        ("<other/>", "the root is <other>, expected CVAT's <annotations>"),
        ("", "no element found"),
        ("<annotations><version>1.1</version></annotations>", "lists no pictures"),
    ],
)
def test_what_is_no_cvat_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.xml"
    path.write_text(text)

    with pytest.raises(DatasetError, match=words):
        open_objects(path)


def test_numbers_beyond_reason_are_taken_as_not_said(cvat: Cvat) -> None:
    many = "9" * 5000
    path = cvat(body=IMAGE.replace('id="5"', f'id="{many}"').replace('"40"', f'"{many}"'))

    [found] = open_objects(path)

    assert (found.details.id, found.size_wh) == (None, SIZE)
