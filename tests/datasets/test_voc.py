from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from playbill.core.labels import VOC_20
from playbill.datasets.objects import ObjectDetails, Part, PictureDetails
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.problems import ProblemKind, ProblemList
from playbill.datasets.voc_writer import write_voc
from playbill.errors import DatasetError
from tests.support.object_sets import SIZE, HeldSet, draw, flags, labelled

OBJECT = """<object><name>{name}</name><pose>Left</pose><truncated>1</truncated>
<difficult>0</difficult>{box}</object>"""
BOX = "<bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox>"
PICTURE = """<annotation><folder>VOC2007</folder><filename>a.png</filename>
<source><database>The VOC2007 Database</database><flickrid>341012865</flickrid></source>
<owner><flickrid>Fried Camels</flickrid><name>Jinky &amp; Co</name></owner>
<size><width>{wh[0]}</width><height>{wh[1]}</height><depth>3</depth></size>
<segmented>1</segmented>{objects}</annotation>"""

Voc = Callable[..., Path]


def thing(*edges: float | str, name: str = "dog") -> str:
    return OBJECT.format(name=name, box=BOX.format(*edges))


@pytest.fixture
def voc(tmp_path: Path) -> Voc:
    """A VOC folder with one picture; returns it."""

    def make(*objects: str, xml: str | None = None, wh: tuple[int, int] = SIZE) -> Path:
        root = tmp_path / "VOC"
        draw(root / "JPEGImages" / "a.png")
        (root / "Annotations").mkdir(exist_ok=True)
        text = PICTURE.format(wh=wh, objects="".join(objects)) if xml is None else xml
        (root / "Annotations" / "a.xml").write_text(text)
        return root

    return make


def test_the_first_pixel_is_1_and_the_last_one_inside(voc: Voc) -> None:
    (picture,) = open_objects(voc(thing(1, 1, 40, 30), thing(40, 30, 40, 30)))

    assert picture.boxes_xyxy.tolist() == [[0, 0, 40, 30], [39, 29, 40, 30]]


def test_fractions_are_kept(voc: Voc) -> None:
    (picture,) = open_objects(voc(thing(5.70852279663086, 2.5, 20.5, 9.25)))

    assert picture.boxes_xyxy.tolist() == [[4.70852279663086, 1.5, 20.5, 9.25]]


def test_what_voc_holds_is_read(voc: Voc) -> None:
    head = f"<part><name>head</name>{BOX.format(2, 2, 5, 5)}</part>"
    point, actions = (
        "<point><x>4</x><y>6</y></point>",
        "<actions><jumping>1</jumping><other>0</other></actions>",
    )
    person = thing(1, 1, 9, 9, name="person").replace(
        "</object>", f"{head}{point}{actions}</object>"
    )
    hidden = thing(2, 2, 9, 9).replace("<pose>", "<occluded>1</occluded><pose>")
    dataset = open_objects(voc(person, hidden.replace("Left", "Unspecified")))
    (picture,) = dataset

    assert dataset.labels == VOC_20
    assert picture.truncated.tolist() == [True, True]
    assert picture.difficult.tolist() == [False, False]
    assert picture.occluded.tolist() == [False, True]
    assert picture.object_details == (
        ObjectDetails(
            pose="Left",
            parts=(Part("head", (1, 1, 5, 5)),),
            point_xy=(3.5, 5.5),
            actions=(("jumping", True), ("other", False)),
        ),
        ObjectDetails(),
    )
    assert picture.details == PictureDetails(
        folder="VOC2007",
        database="The VOC2007 Database",
        flickr_id="341012865",
        owner_flickr_id="Fried Camels",
        owner_name="Jinky & Co",
        segmented=True,
        depth=3,
    )


def test_what_voc_holds_comes_back(voc: Voc, tmp_path: Path) -> None:
    head = f"<part><name>head</name>{BOX.format(2, 2, 5, 5)}</part><point><x>4</x><y>6</y></point>"
    dataset = open_objects(voc(thing(1, 1, 9.5, 9).replace("</object>", f"{head}</object>")))

    written = write_objects(dataset, tmp_path / "new", format="voc")
    (before,), (after,) = dataset, open_objects(tmp_path / "new")

    assert not written.lost
    assert after.details == before.details
    assert after.object_details == before.object_details
    assert after.boxes_xyxy.tolist() == before.boxes_xyxy.tolist()
    assert after.truncated.tolist() == before.truncated.tolist()


def test_another_reader_finds_the_pixels_counted_from_1(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    pictures = (labelled(path, [[0, 0, 40, 30], [4.5, 1, 7, 2]], [1, 2], difficult=flags(0, 1)),)
    write_objects(HeldSet(pictures), tmp_path / "new", format="voc")

    root = ElementTree.parse(tmp_path / "new" / "Annotations" / "a.xml").getroot()

    edges = [
        [thing.findtext(f"bndbox/{edge}") for edge in ("xmin", "ymin", "xmax", "ymax")]
        for thing in root.findall("object")
    ]
    assert root.findtext("filename") == "a.png"
    assert [root.findtext(f"size/{side}") for side in ("width", "height")] == ["40", "30"]
    assert edges == [["1", "1", "40", "30"], ["5.5", "2", "7", "2"]]
    assert [thing.findtext("name") for thing in root.findall("object")] == ["dog", "hot dog"]
    assert [thing.findtext("difficult") for thing in root.findall("object")] == ["0", "1"]


@pytest.mark.parametrize("wh", [(0, 0), ("", ""), (40, 30)])
def test_a_size_that_is_not_said_is_that_of_the_picture(voc: Voc, wh: tuple[int, int]) -> None:
    (picture,) = open_objects(voc(thing(1, 1, 40, 30), wh=wh))

    assert picture.size_wh == SIZE


def test_a_swapped_size_is_told_of_and_mended(voc: Voc) -> None:
    root = voc(thing(1, 1, 40, 30), wh=(30, 40))
    problems = ProblemList()

    with pytest.raises(DatasetError, match=r"a.xml: the labels say 30 x 40 \(.*swapped\)"):
        list(open_objects(root))
    (picture,) = open_objects(root, on_problem=problems)

    assert picture.size_wh == SIZE
    assert len(picture) == 1


BOMB = """<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><annotation>&c;</annotation>"""
FILE = """<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotation>&b;</annotation>"""


@pytest.mark.parametrize(
    ("xml", "kind", "words"),
    [
        (BOMB, "unreadable-labels", "refused XML"),
        (FILE, "unreadable-labels", "refused XML"),
        ("<annotation>\n<object>", "unreadable-labels", "line 2, column 8"),
        ("<other/>", "unreadable-labels", "the root is <other>"),
        ("", "unreadable-labels", "no element found"),
        (PICTURE.format(wh=SIZE, objects=thing("x", 1, 2, 3)), "unreadable-labels", "'x'"),
        (PICTURE.format(wh=SIZE, objects=thing("nan", 1, 2, 3)), "bad-box", "nan"),
        (PICTURE.format(wh=SIZE, objects=thing(9, 1, 2, 3)), "bad-box", "left < right"),
        (PICTURE.format(wh=SIZE, objects="<object/>"), "unreadable-labels", "has no <name>"),
        (
            PICTURE.format(wh=SIZE, objects="<object><name>dog</name></object>"),
            "unreadable-labels",
            "object 1: has no <bndbox><xmin>",
        ),
    ],
)
def test_what_is_wrong_is_named(voc: Voc, xml: str, kind: ProblemKind, words: str) -> None:
    problems = ProblemList()

    found = list(open_objects(voc(xml=xml), on_problem=problems))

    assert sum(map(len, found)) == 0
    assert [problem.kind for problem in problems.problems] == [kind]
    assert "a.xml" in problems.problems[0].where
    assert words in str(problems.problems[0])


def test_lists_that_name_strangers_are_told_of(voc: Voc) -> None:
    root = voc(thing(1, 1, 9, 9))
    (root / "ImageSets" / "Main").mkdir(parents=True)
    (root / "ImageSets" / "Main" / "train.txt").write_text("a\nb\nc\n")
    (root / "ImageSets" / "Main" / "dog_train.txt").write_text("a  1\nb -1\n")
    problems = ProblemList()

    (picture,) = open_objects(root, on_problem=problems)

    assert picture.details.subsets == ("train",)
    assert "names 2 of 3 pictures that have no annotation (b, c)" in str(problems.problems[0])


def test_other_classes_than_vocs_are_taken_as_found(voc: Voc) -> None:
    assert open_objects(voc(thing(1, 1, 9, 9, name="emu"))).labels == ("emu",)


def test_of_two_pictures_with_a_name_the_file_says_which(voc: Voc) -> None:
    root = voc(thing(1, 1, 9, 9))
    draw(root / "JPEGImages" / "a.bmp")

    assert [picture.name for picture in open_objects(root)] == ["a.png"]


def test_a_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no folder Annotations"):
        open_objects(tmp_path, format="voc")


@pytest.mark.models
def test_real_voc_comes_back_as_it_was(data_folder: Path, tmp_path: Path) -> None:
    dataset = open_objects(data_folder / "voc" / "VOCdevkit")

    written = write_objects(dataset, tmp_path / "new", format="voc")

    after = {picture.name: picture for picture in open_objects(tmp_path / "new")}
    assert not written.lost
    assert (written.pictures, written.objects) == (10, 28)
    for picture in dataset:
        again = after[picture.name]
        assert again.boxes_xyxy.tolist() == picture.boxes_xyxy.tolist()
        assert again.details == picture.details
        assert again.object_details == picture.object_details


def test_parts_are_declared_with_their_class(tmp_path: Path) -> None:
    details = (ObjectDetails(parts=(Part("face", (1, 1, 5, 5)),)), ObjectDetails())
    path = draw(tmp_path / "a.png")
    dataset = HeldSet((labelled(path, [[0, 0, 9, 9], [2, 2, 8, 8]], object_details=details),))

    write_objects(dataset, tmp_path / "voc", format="voc")

    lines = (tmp_path / "voc" / "labelmap.txt").read_text().splitlines()
    assert lines[1:] == ["cat::face:", "dog:::", "hot dog:::"]
    assert open_objects(tmp_path / "voc").labels == ("cat", "dog", "hot dog")


def test_labels_can_be_written_without_their_pictures(tmp_path: Path) -> None:
    nowhere = labelled(tmp_path / "nowhere.png", [[0, 0, 9, 9]])

    write_voc(HeldSet((nowhere,)), tmp_path / "voc", copy=True, pictures=False)

    assert (tmp_path / "voc" / "Annotations" / "nowhere.xml").exists()
    assert not list((tmp_path / "voc" / "JPEGImages").iterdir())
