from pathlib import Path

import pytest

from playbill.datasets.opening import open_objects, write_objects
from tests.cli.conftest import Playbill
from tests.support.object_sets import HeldSet, draw, flags, labelled


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A COCO file of two pictures, three objects and a crowd; its pictures lie beside it."""
    path = tmp_path / "set" / "instances.json"
    a, b = (draw(path.parent / name) for name in ("a.png", "b.png"))
    pictures = (
        labelled(a, [[1, 1, 9, 9], [2, 2, 8, 8]], [0, 2], crowd=flags(0, 1)),
        labelled(b, [[1, 1, 9, 9]], [1]),
    )
    write_objects(HeldSet(pictures), path, format="coco")
    return path


def test_a_data_set_is_converted(playbill: Playbill, coco: Path, tmp_path: Path) -> None:
    outcome = playbill("dataset", "convert", coco, tmp_path / "new", "--to", "voc")

    assert outcome.code == 0
    assert outcome.out == f"{tmp_path / 'new'}: 2 pictures with 3 objects, written as voc\n"
    assert [picture.name for picture in open_objects(tmp_path / "new")] == ["a.png", "b.png"]


def test_what_is_lost_is_said(playbill: Playbill, coco: Path, tmp_path: Path) -> None:
    outcome = playbill("dataset", "convert", coco, tmp_path / "new", "--to", "yolo")

    assert "yolo cannot hold: " in outcome.err
    assert "1 crowd flags" in outcome.err


def test_nothing_is_written_when_something_is_wrong(
    playbill: Playbill, coco: Path, tmp_path: Path
) -> None:
    (coco.parent / "b.png").unlink()

    outcome = playbill("dataset", "convert", coco, tmp_path / "new", "--to", "yolo")

    assert outcome.code == 2
    assert len(outcome.complaints) == 1
    assert "1 of 2 picture files is missing (b.png)" in outcome.complaints[0]
    assert not (tmp_path / "new").exists()


def test_what_is_wrong_is_left_out_on_request(
    playbill: Playbill, coco: Path, tmp_path: Path
) -> None:
    (coco.parent / "b.png").unlink()

    outcome = playbill("dataset", "convert", coco, tmp_path / "new", "--to", "yolo", "--skip-bad")

    assert outcome.code == 0
    assert "1 pictures with 2 objects" in outcome.out
    assert "1 of 2 picture files is missing (b.png)" in outcome.err


def test_only_the_first_problems_of_a_kind_are_shown(
    playbill: Playbill, coco: Path, tmp_path: Path
) -> None:
    boxes = [[50 + n, 50, 60 + n, 60] for n in range(5)]
    picture = labelled(coco.parent / "a.png", [[1, 1, 9, 9], *boxes])
    write_objects(HeldSet((picture,)), coco, format="coco")

    outcome = playbill("dataset", "convert", coco, tmp_path / "new", "--to", "voc", "--skip-bad")

    assert outcome.err.count("it lies outside the picture") == 3
    assert "... and 2 more of the kind box-outside" in outcome.err


def test_the_wanted_classes_come_from_a_file(
    playbill: Playbill, coco: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("cat\ndog\n")
    words = ("dataset", "convert", coco, tmp_path / "new", "--to", "voc", "--labels", labels)

    outcome = playbill(*words)
    again = playbill(*words, "--skip-bad")

    assert "'hot dog', expected one of 2 labels" in outcome.complaints[0]
    assert "2 pictures with 2 objects" in again.out
    assert open_objects(tmp_path / "new").labels == ("cat", "dog")


def test_pictures_are_copied_on_request(playbill: Playbill, coco: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "annotations.xml"
    target.parent.mkdir()

    playbill("dataset", "convert", coco, target, "--to", "cvat", "--copy")

    assert sorted(path.name for path in target.parent.rglob("*.png")) == ["a.png", "b.png"]
    assert len(list(open_objects(target))) == 2


def test_pictures_may_lie_elsewhere(playbill: Playbill, coco: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("a.png", "b.png"):
        (coco.parent / name).rename(moved / name)

    outcome = playbill(
        "dataset", "convert", coco, tmp_path / "new", "--to", "voc", "--pictures", moved
    )

    assert outcome.code == 0


def test_what_is_no_data_set_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    outcome = playbill("dataset", "convert", tmp_path, tmp_path / "new", "--to", "voc")

    assert outcome.code == 2
    assert "is no data set that is known" in outcome.complaints[0]


def test_an_old_folder_is_not_written_over(playbill: Playbill, coco: Path) -> None:
    outcome = playbill("dataset", "convert", coco, coco.parent, "--to", "voc")

    assert outcome.code == 2
    assert "is a folder with something in it" in outcome.complaints[0]
    assert coco.exists()
