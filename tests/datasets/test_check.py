"""What is wrong with training data is found, and nothing else."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from playbill.datasets.check import check_objects, check_people
from playbill.datasets.findings import Finding
from playbill.datasets.kinds import guess_kind
from playbill.datasets.people import find_people
from playbill.datasets.problems import Problem, ProblemList
from playbill.errors import DatasetError
from tests.support.object_sets import HeldSet, labelled
from tests.support.patterns import cut_off, patterned


def people_checked(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.where) for one in findings_of(folder)]


def findings_of(folder: Path) -> list[Finding]:
    return check_people(list(find_people(folder)), folder, lambda: None)


def cast(folder: Path) -> Path:
    for number, person in enumerate(("Ada", "Bob")):
        for file in range(3):
            patterned(folder / person / f"{file}.png", 10 * number + file)
    return folder


def test_good_pictures_of_people_are_left_in_peace(tmp_path: Path) -> None:
    assert people_checked(cast(tmp_path)) == []


def test_broken_pictures_are_found(tmp_path: Path) -> None:
    cut_off(cast(tmp_path) / "Ada" / "cut.jpg", 99)
    (tmp_path / "Bob" / "text.png").write_text("no picture")
    (tmp_path / "Bob" / "void.png").touch()

    assert people_checked(tmp_path) == [
        ("unreadable-picture", "Ada/cut.jpg"),
        ("unreadable-picture", "Bob/text.png"),
        ("unreadable-picture", "Bob/void.png"),
    ]


def test_a_picture_that_is_there_twice_is_found(tmp_path: Path) -> None:
    shutil.copy(cast(tmp_path) / "Ada" / "0.png", tmp_path / "Ada" / "copy.png")
    with Image.open(tmp_path / "Bob" / "1.png") as picture:
        picture.resize((192, 144)).save(tmp_path / "Bob" / "again.jpg")

    found = findings_of(tmp_path)

    assert [(one.kind, one.where, one.also, one.is_note) for one in found] == [
        ("same-file", "Ada/copy.png", ("Ada/0.png",), True),
        ("same-picture", "Bob/again.jpg", ("Bob/1.png",), True),
    ]


def test_a_picture_under_two_people_is_found(tmp_path: Path) -> None:
    shutil.copy(cast(tmp_path) / "Ada" / "0.png", tmp_path / "Bob" / "her.png")

    (found,) = findings_of(tmp_path)

    assert (found.kind, found.where, found.is_note) == ("two-people", "Bob/her.png", False)
    assert found.sentence == "is the same file as Ada/0.png: one picture, two people"


def test_empty_folders_and_single_pictures_are_found(tmp_path: Path) -> None:
    (cast(tmp_path) / "Cy").mkdir()
    patterned(tmp_path / "Dora" / "1.png", 77)

    empty, single = findings_of(tmp_path)

    assert (empty.kind, empty.where) == ("empty-class", "Cy")
    assert str(single) == "people: 1 of 3 has a single picture (Dora)"


def test_a_person_with_far_more_pictures_than_the_others_is_found(tmp_path: Path) -> None:
    cast(tmp_path)
    for number in range(30):
        patterned(tmp_path / "Cy" / f"{number}.png", 100 + number)

    (found,) = findings_of(tmp_path)

    assert str(found) == "people: Cy has 30 pictures, 10 times the median of 3 people (3)"


def test_no_pictures_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no pictures"):
        check_people([], tmp_path, lambda: None)
    with pytest.raises(DatasetError, match=r"held: holds no pictures that can be used$"):
        check_objects(HeldSet(()), ProblemList(), lambda: None)


def test_labelled_pictures_are_looked_at_too(tmp_path: Path) -> None:
    box = [[0, 0, 9, 9]]
    dataset = HeldSet(
        (
            labelled(patterned(tmp_path / "1.png", 1), box, [0]),
            labelled(patterned(tmp_path / "2.png", 1), box, [0]),
            labelled(cut_off(tmp_path / "3.jpg", 3), box, [1]),
        )
    )
    problems = ProblemList([Problem("bad-box", "1.png: object 2", "is inside out")])
    done: list[None] = []

    found = check_objects(dataset, problems, lambda: done.append(None))

    assert [(one.kind, one.where) for one in found] == [
        ("bad-box", "1.png: object 2"),
        ("unreadable-picture", "3.jpg"),
        ("same-file", "2.png"),
        ("empty-class", "held"),
        ("one-picture", "classes"),
    ]
    assert found[3].sentence == "1 of 3 classes have no object (hot dog)"
    assert len(done) == 3


def test_the_kind_of_a_data_set_is_seen(tmp_path: Path) -> None:
    cast(tmp_path / "people")
    (tmp_path / "voc" / "Annotations").mkdir(parents=True)
    (tmp_path / "coco").mkdir()
    (tmp_path / "coco" / "instances_val.json").write_text("{}")

    assert guess_kind(tmp_path / "people") == "people"
    assert guess_kind(tmp_path / "voc") == "objects"
    assert guess_kind(tmp_path / "coco" / "instances_val.json") == "objects"
    with pytest.raises(DatasetError, match=r"is a folder with instances_val\.json"):
        guess_kind(tmp_path / "coco")
    with pytest.raises(DatasetError, match="there is no such file or folder"):
        guess_kind(tmp_path / "gone")
