from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.outlines import Polygons
from playbill.datasets.problems import ProblemKind, ProblemList
from playbill.datasets.yolo_rows import box_line, read_row
from playbill.datasets.yolo_writer import write_yolo
from playbill.errors import DatasetError
from tests.support.object_sets import LABELS, HeldSet, draw, labelled


def make(root: Path, lines: str | None, names: str = "cat\ndog\nhot dog\n") -> Path:
    """A folder with one picture of 40 x 30."""
    draw(root / "images" / "a.png")
    (root / "labels").mkdir()
    if lines is not None:
        (root / "labels" / "a.txt").write_text(lines)
    (root / "classes.txt").write_text(names)
    return root


def test_shares_become_pixels(tmp_path: Path) -> None:
    (picture,) = open_objects(make(tmp_path, "2 0.5 0.5 1 1\n\n0 0.25 0.1 0.5 0.2\n"))

    assert picture.boxes_xyxy.tolist() == [[0, 0, 40, 30], [0, 0, 20, 6]]
    assert picture.class_ids.tolist() == [2, 0]


def test_polygons_have_boxes(tmp_path: Path) -> None:
    (picture,) = open_objects(make(tmp_path, "1 0.1 0.1 0.5 0.1 0.3 0.9\n"))

    assert picture.boxes_xyxy.tolist() == [[4, 3, 20, 27]]
    assert picture.outlines == (Polygons(((4, 3, 20, 3, 12, 27),)),)


def test_a_picture_without_a_file_of_labels_has_no_objects(tmp_path: Path) -> None:
    assert [len(picture) for picture in open_objects(make(tmp_path, None))] == [0]


def test_another_reader_finds_centres_and_sides(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    dataset = HeldSet((labelled(path, [[10, 3, 30, 9]], [2]),))

    write_objects(dataset, tmp_path / "new", format="yolo")

    words = (tmp_path / "new" / "labels" / "a.txt").read_text().split()
    assert [float(word) for word in words] == [2, 0.5, 0.2, 0.5, 0.2]


@settings(deadline=None)
@given(
    st.integers(1, 5000),
    st.lists(st.integers(0, 1_000_000), min_size=2, max_size=2, unique=True),
)
def test_lines_of_six_decimals_come_back_letter_by_letter(
    length: int, millionths: list[int]
) -> None:
    before, after = (n / 1_000_000 for n in sorted(millionths))
    line = f"0 {round((before + after) / 2, 6)} 0.5 {round(after - before, 6)} 1"

    row = read_row(line, (length, 8), "", outlines=True)
    again = read_row(box_line(0, row.box_xyxy, (length, 8)), (length, 8), "", outlines=True)

    assert again.box_xyxy == row.box_xyxy
    found = [float(word) for word in box_line(0, row.box_xyxy, (length, 8)).split()]
    assert found == pytest.approx([float(word) for word in line.split()], abs=1.5e-6)


def test_an_outline_that_does_not_fit_its_box_gives_way(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png")
    ring = (1.0, 1.0, 5.0, 1.0, 3.0, 6.0)
    two_rings = Polygons((ring, ring))
    dataset = HeldSet(
        (
            labelled(
                path,
                [[1, 1, 5, 6], [1, 1, 9, 9], [1, 1, 5, 6]],
                outlines=(Polygons((ring,)), Polygons((ring,)), two_rings),
            ),
        )
    )

    written = write_objects(dataset, tmp_path / "new", format="yolo")
    (found,) = open_objects(tmp_path / "new")

    assert written.lost == {"outlines": 2}
    assert found.boxes_xyxy.tolist() == [[1, 1, 5, 6], [1, 1, 9, 9], [1, 1, 5, 6]]
    assert found.outlines == (Polygons((ring,)), None, None)


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("0 0.5 0.5 0.2", "unreadable-labels", "found 4 numbers, expected 5"),
        ("0 0.5 0.5 0.2 0.2 0.9", "unreadable-labels", "found 6 numbers"),
        ("cat 0.5 0.5 0.2 0.2", "unreadable-labels", "expected numbers"),
        ("0.5 0.5 0.5 0.2 0.2", "unreadable-labels", "the class is 0.5"),
        ("inf 0.5 0.5 0.2 0.2", "unreadable-labels", "a.txt:1"),
        ("0 120 80 30 20", "unreadable-labels", "expected shares of the picture"),
        ("3 0.5 0.5 0.2 0.2", "unknown-label", "the class is 3, expected 0 to 2"),
        ("-1 0.5 0.5 0.2 0.2", "unknown-label", "the class is -1"),
        ("0 nan 0.5 0.2 0.2", "bad-box", "nan"),
        ("0 0.5 0.5 0 0.2", "empty-box", "line 1: the box"),
        ("0 0.5 0.5 -0.2 0.2", "bad-box", "left < right"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, line: str, kind: ProblemKind, words: str
) -> None:
    problems = ProblemList()

    found = list(open_objects(make(tmp_path, line), on_problem=problems))

    assert [len(picture) for picture in found] == [0]
    assert [problem.kind for problem in problems.problems] == [kind]
    assert words in str(problems.problems[0])
    assert "a.txt" in str(problems.problems[0])


def test_labels_that_are_no_text_are_told_of(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    (root / "labels" / "a.txt").write_bytes(b"0 0.5 \xff")

    with pytest.raises(DatasetError, match=r"a\.txt: byte 6 is 0xff"):
        list(open_objects(root))


def test_without_names_it_says_so(tmp_path: Path) -> None:
    root = make(tmp_path, "1 0.5 0.5 1 1")
    (root / "classes.txt").unlink()

    with pytest.raises(DatasetError, match="says nothing about the names of classes"):
        open_objects(root)
    assert [p.class_ids.tolist() for p in open_objects(root, labels=LABELS)] == [[1]]


def test_roboflows_layout_is_read(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        draw(tmp_path / split / "images" / "a.png")
        (tmp_path / split / "labels").mkdir()
        (tmp_path / split / "labels" / "a.txt").write_text("0 0.5 0.5 1 1")
    settings_text = "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['emu']\n"
    (tmp_path / "data.yaml").write_text(settings_text)

    dataset = open_objects(tmp_path / "data.yaml")

    found = {picture.name: (picture.details.subsets, len(picture)) for picture in dataset}
    assert dataset.labels == ("emu",)
    assert found == {
        "train/images/a.png": (("train",), 1),
        "valid/images/a.png": (("val",), 1),
    }


def test_ultralytics_layout_is_read(tmp_path: Path) -> None:
    for split in ("train", "val"):
        draw(tmp_path / "images" / split / "a.png")
        (tmp_path / "labels" / split).mkdir(parents=True)
        (tmp_path / "labels" / split / "a.txt").write_text("1 0.5 0.5 1 1")
    settings_text = """
path: ../datasets/somewhere  # on another machine
train: images/train
val:
  - images/val
test:

names:
  0: cat
  1: "dog: a: big"
download: |
  from x import y
  names: nothing
"""
    (tmp_path / "data.yaml").write_text(settings_text)

    dataset = open_objects(tmp_path)

    found = {picture.name: picture.details.subsets for picture in dataset}
    assert dataset.labels == ("cat", "dog: a: big")
    assert found == {"train/a.png": ("train",), "val/a.png": ("val",)}


def test_labels_beside_the_pictures_are_read(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("1 0.5 0.5 1 1")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")

    assert [len(picture) for picture in open_objects(tmp_path)] == [1]


def test_a_list_may_name_pictures_that_are_not_there(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    (root / "train.txt").write_text("./images/a.png\n./images/b.png\n")
    (root / "data.yaml").write_text("train: train.txt\nnames: [cat]\n")

    with pytest.raises(DatasetError, match=r"1 of 2 picture files is missing \(b.png\)"):
        open_objects(root)


def test_a_split_that_is_not_there_is_refused(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    (root / "data.yaml").write_text("train: images/nowhere\nnames: [cat]\n")

    with pytest.raises(DatasetError, match="nowhere: is not there"):
        open_objects(root)


def test_names_with_gaps_are_refused(tmp_path: Path) -> None:
    root = make(tmp_path, "")
    (root / "data.yaml").write_text("train: images\nnames: {0: cat, 2: dog}\n")

    with pytest.raises(DatasetError, match="numbers 0, 2, expected 0 to 1"):
        open_objects(root)


def test_pictures_that_no_split_names_are_not_missing(tmp_path: Path) -> None:
    root = make(tmp_path, "0 0.5 0.5 1 1")
    draw(root / "images" / "b.png")
    (root / "labels" / "b.txt").write_text("0 0.5 0.5 1 1")
    (root / "train.txt").write_text("./images/a.png\n")
    (root / "data.yaml").write_text("train: train.txt\nnames: [cat]\n")

    assert [picture.name for picture in open_objects(root)] == ["a.png"]


def test_labels_can_be_written_without_their_pictures(tmp_path: Path) -> None:
    nowhere = labelled(tmp_path / "nowhere.png", [[0, 0, 9, 9]])

    write_yolo(HeldSet((nowhere,)), tmp_path / "yolo", copy=True, pictures=False)

    assert (tmp_path / "yolo" / "labels" / "nowhere.txt").exists()
    assert not (tmp_path / "yolo" / "images").exists()
