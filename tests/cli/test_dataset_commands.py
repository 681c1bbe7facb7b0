"""`playbill dataset merge`, `stats`, `check` and `split` as a person or a script meets them."""

import json
import shutil
from pathlib import Path

import pytest

from playbill.core.labels import COCO_80
from playbill.datasets.opening import open_objects, write_objects
from playbill.datasets.people import find_people
from playbill.media.images import picture_size_wh
from tests.cli.conftest import Playbill
from tests.support.object_sets import HeldSet, labelled
from tests.support.patterns import cut_off, patterned

BOX = [5.0, 5.0, 30.0, 20.0]


@pytest.fixture(autouse=True)
def _wide(wide: None) -> None:
    """No line is broken."""


def people(folder: Path, counts: dict[str, int]) -> Path:
    for person, (name, count) in enumerate(counts.items()):
        for number in range(count):
            patterned(folder / name / f"{number}.png", 100 * person + number)
    return folder


def coco(folder: Path, *labels: str, seed: int = 0) -> Path:
    """A picture with an object of each label, as a COCO file."""
    pictures = tuple(
        labelled(
            patterned(folder / "images" / f"{number}.png", seed + number),
            [BOX],
            [COCO_80.index(label)],
            size_wh=(96, 72),
        )
        for number, label in enumerate(labels)
    )
    write_objects(HeldSet(pictures, COCO_80), folder / "instances.json", format="coco")
    return folder / "instances.json"


def voc(folder: Path, *labels: str, seed: int = 50) -> Path:
    pictures = tuple(
        labelled(
            patterned(folder.parent / "loose" / f"v{number}.png", seed + number),
            [BOX],
            [number],
            size_wh=(96, 72),
        )
        for number in range(len(labels))
    )
    write_objects(HeldSet(pictures, labels), folder, format="voc", copy=True)
    return folder


def test_people_are_counted_and_drawn(playbill: Playbill, tmp_path: Path) -> None:
    source = people(tmp_path / "people", {"Ada": 3, "Bob": 1})

    outcome = playbill("dataset", "stats", source, "--histogram", tmp_path / "classes.png")

    assert (outcome.code, outcome.err) == (0, "")
    assert "2 people, 4 pictures" in outcome.out
    assert picture_size_wh(tmp_path / "classes.png") > (300, 100)


def test_objects_are_counted_for_machines(playbill: Playbill, tmp_path: Path) -> None:
    outcome = playbill("dataset", "stats", coco(tmp_path, "dog", "dog", "cat"), "--json")

    found = json.loads(outcome.out)
    counts = {one["label"]: one["objects"] for one in found["classes"] if one["objects"]}
    assert counts == {"dog": 2, "cat": 1}


def test_coco_and_voc_are_merged(playbill: Playbill, tmp_path: Path) -> None:
    first = coco(tmp_path / "coco", "dog", "tv")
    second = voc(tmp_path / "VOC2007", "sofa", "tvmonitor")
    shutil.copy(tmp_path / "coco" / "images" / "0.png", second / "JPEGImages" / "v0.png")

    outcome = playbill("dataset", "merge", first, second, "--out", tmp_path / "merged")

    assert outcome.code == 0
    assert "3 pictures with 3 objects" in outcome.out
    assert "VOC2007: 1 taken; 1 not: the same file is taken already" in outcome.out
    merged = open_objects(tmp_path / "merged" / "instances_merged.json")
    assert [merged.labels[p.class_ids[0]] for p in merged] == ["dog", "tv", "tv"]
    assert all(picture_size_wh(picture.path) == (96, 72) for picture in merged)
    report = json.loads((tmp_path / "merged" / "merge.json").read_text())
    assert report["omitted"][0]["instead"] == "instances/0.png"
    assert picture_size_wh(tmp_path / "merged" / "classes.png") > (300, 100)


@pytest.mark.parametrize("to", ["voc", "yolo"])
def test_what_is_merged_can_be_written_otherwise(
    playbill: Playbill, tmp_path: Path, to: str
) -> None:
    source = coco(tmp_path / "coco", "dog", "tv")

    outcome = playbill("dataset", "merge", source, "--out", tmp_path / "merged", "--to", to)

    assert outcome.code == 0
    found = open_objects(tmp_path / "merged", format=to)
    assert sorted(found.labels[p.class_ids[0]] for p in found) == ["dog", "tv"]


def test_half_of_the_pictures_missing_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    source = coco(tmp_path / "coco", "dog", "tv", "cat", "bus")
    for number in (1, 3):
        (tmp_path / "coco" / "images" / f"{number}.png").unlink()

    outcome = playbill("dataset", "merge", source, "--out", tmp_path / "merged")

    assert outcome.code == 2
    (complaint,) = outcome.complaints
    assert "2 of 4 picture files are missing (1.png, 3.png)" in complaint
    assert not (tmp_path / "merged").exists()


def test_a_label_that_is_none_of_the_80_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    source = voc(tmp_path / "own", "dog", "hat stand")

    outcome = playbill("dataset", "merge", source, "--out", tmp_path / "merged")

    assert outcome.code == 2
    assert "its label 'hat stand' is none of COCO's 80 classes" in outcome.complaints[0]


def test_a_folder_that_is_in_use_is_not_overwritten(playbill: Playbill, tmp_path: Path) -> None:
    source = coco(tmp_path / "coco", "dog")

    outcome = playbill("dataset", "merge", source, "--out", tmp_path / "coco")

    assert outcome.code == 2
    assert "folder with something in it" in outcome.complaints[0]


def test_people_are_split_and_laid_out(playbill: Playbill, tmp_path: Path) -> None:
    source = people(tmp_path / "people", {"Ada": 4, "Bob": 4, "Cy": 1})

    words = ("dataset", "split", source, "--out", tmp_path / "split.json", "--test", "0.5")
    outcome = playbill(*words, "--folder", tmp_path / "parts")

    assert outcome.code == 0
    assert "5 pictures to learn from, 4 kept apart; within-person, seed 0" in outcome.out
    assert "1 with a single picture (Cy)" in outcome.err
    learned, kept = (list(find_people(tmp_path / "parts" / part)) for part in ("train", "test"))
    assert [picture.name for picture in kept] == ["Ada", "Ada", "Bob", "Bob"]
    assert {p.path.resolve() for p in learned + kept} == {p.path for p in find_people(source)}


def test_a_split_that_is_there_is_kept(playbill: Playbill, tmp_path: Path) -> None:
    source = people(tmp_path / "people", {"Ada": 4, "Bob": 4})
    playbill("dataset", "split", source, "--out", tmp_path / "split.json")
    before = json.loads((tmp_path / "split.json").read_text())["parts"]
    people(source, {"Ada": 9})

    outcome = playbill("dataset", "split", source, "--out", tmp_path / "split.json")

    after = json.loads((tmp_path / "split.json").read_text())["parts"]
    assert "8 of them where they were" in outcome.out
    assert all(set(before[part]) <= set(after[part]) for part in ("train", "test"))


def test_objects_are_split_by_picture(playbill: Playbill, tmp_path: Path) -> None:
    source = coco(tmp_path / "coco", *["dog"] * 4, *["cat"] * 4, "bus")

    words = ("dataset", "split", source, "--out", tmp_path / "split.json", "--test", "0.25")
    outcome = playbill(*words, "--folder", tmp_path / "parts")

    assert outcome.code == 0
    assert "1 with a single picture (bus)" in outcome.err
    kept = open_objects(tmp_path / "parts" / "instances_test.json")
    assert sorted(kept.labels[p.class_ids[0]] for p in kept) == ["cat", "dog"]
    assert playbill(*words, "--by", "person").complaints == [
        f"{source}: is of objects, expected --by picture"
    ]


def test_people_are_checked_without_networks(playbill: Playbill, tmp_path: Path) -> None:
    source = people(tmp_path / "people", {"Ada": 3, "Bob": 3})
    shutil.copy(source / "Ada" / "0.png", source / "Bob" / "her.png")
    cut_off(source / "Bob" / "cut.jpg", 77)

    words = ("dataset", "check", source, "--no-names")
    outcome = playbill(*words, "--list", tmp_path / "out.txt")

    assert outcome.code == 2
    assert "Bob/her.png: is the same file as Ada/0.png: one picture, two people" in outcome.out
    assert (tmp_path / "out.txt").read_text() == "Bob/cut.jpg\n"
    (tmp_path / "out.txt").write_text("Bob/cut.jpg\nBob/her.png\n")
    again = playbill(*words, "--without", tmp_path / "out.txt", "--json")
    assert again.code == 0
    assert json.loads(again.out)["findings"] == []


def test_labelled_pictures_are_checked(playbill: Playbill, tmp_path: Path) -> None:
    source = coco(tmp_path / "coco", *["dog"] * 3)
    document = json.loads(source.read_text())
    document["annotations"][0]["bbox"] = [500, 500, 10, 10]
    source.write_text(json.dumps(document))

    outcome = playbill("dataset", "check", source)

    assert outcome.code == 2
    assert "box-outside" in outcome.out
    assert "79 of 80 classes have no object" in outcome.out


def test_nothing_at_all_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    (tmp_path / "void").mkdir()

    for command in ("stats", "check", "split"):
        outcome = playbill("dataset", command, tmp_path / "void")
        assert outcome.code == 2
        assert outcome.complaints == [
            f"{tmp_path / 'void'}: expected a folder of pictures for each person, found no picture"
        ]


@pytest.mark.models
@pytest.mark.usefixtures("models_folder")
def test_a_wrong_name_is_found_listed_and_left_out(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    for person in ("John_Salley", "John_Simm"):
        shutil.copytree(data_folder / "johns" / person, tmp_path / "in" / person)
    swapped = sorted((tmp_path / "in" / "John_Simm").iterdir())[0]
    swapped.rename(tmp_path / "in" / "John_Salley" / "wrong.jpg")

    outcome = playbill("dataset", "check", tmp_path / "in", "--list", tmp_path / "wrong.txt")

    assert outcome.code == 2
    assert "1 likely, of 22 faces of 2 people" in outcome.out
    assert (tmp_path / "wrong.txt").read_text() == "John_Salley/wrong.jpg\n"
    enrolled = playbill(
        "enrol", tmp_path / "in", "--without", tmp_path / "wrong.txt", "-o", tmp_path / "g.npz"
    )
    assert enrolled.code == 0
    assert "2 people, 2" in enrolled.out


def test_a_line_of_the_list_that_names_nothing_is_told(playbill: Playbill, tmp_path: Path) -> None:
    source = people(tmp_path / "people", {"Ada": 1})
    (tmp_path / "out.txt").write_text("Ada/0.png\n")

    outcome = playbill("enrol", source, "--without", tmp_path / "gone.txt")
    assert outcome.complaints == [
        f"{tmp_path / 'gone.txt'}: cannot be read: no such file or directory"
    ]
    outcome = playbill("dataset", "stats", source, "--without", tmp_path / "out.txt")
    assert "all of its 1 pictures are to be left out" in outcome.complaints[0]
