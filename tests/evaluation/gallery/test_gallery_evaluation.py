"""A gallery's answers beside the truth: red is Ada, green is Bob, nobody is grey."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.people import Person
from playbill.errors import DatasetError
from playbill.evaluation.document import to_document
from playbill.evaluation.gallery.evaluate import (
    GalleryEvaluation,
    GalleryNetworks,
    GalleryQuestion,
    evaluate_gallery,
)
from playbill.media.files import sha256_of
from tests.support.fakes import AxisRecogniser, BrightnessFaces, ColourEmbedder

RED, GREEN, DIM, BLACK = (200, 0, 0), (0, 200, 0), (40, 40, 40), (0, 0, 0)
PEOPLE = (Person("a", "Ada Lovelace"), Person("b", "Bob"))


def picture(folder: Path, place: str, colour: tuple[int, int, int]) -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((32, 32, 3), colour, np.uint8)
    if any(colour):  # no two files are the same
        pixels[0, 0, 2] = len(list(folder.rglob("*.png")))
    Pillow.fromarray(pixels).save(path)
    return path


def evaluated(folder: Path, *enrolled: Path) -> GalleryEvaluation:
    digests = frozenset(map(sha256_of, enrolled))
    networks = GalleryNetworks(BrightnessFaces(), ColourEmbedder(), AxisRecogniser(PEOPLE), digests)
    return evaluate_gallery(GalleryQuestion(folder), networks)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    places = {
        "Ada_Lovelace/right.png": RED,
        "Ada_Lovelace/wrong.png": GREEN,
        "Ada_Lovelace/dim.png": DIM,
        "Ada_Lovelace/black.png": BLACK,
        "Bob/right.png": GREEN,
        "Zuse/taken_for_ada.png": RED,
        "Zuse/nobody.png": DIM,
    }
    for place, colour in places.items():
        picture(tmp_path, place, colour)
    return tmp_path


def test_every_picture_is_right_wrong_or_unknown(folder: Path) -> None:
    evaluation = evaluated(folder)

    assert {answer.place: answer.outcome for answer in evaluation.answers} == {
        "Ada_Lovelace/black.png": "no-face",
        "Ada_Lovelace/dim.png": "unknown",
        "Ada_Lovelace/right.png": "right",
        "Ada_Lovelace/wrong.png": "wrong",
        "Bob/right.png": "right",
        "Zuse/nobody.png": "stranger-unknown",
        "Zuse/taken_for_ada.png": "stranger-named",
    }
    named = {answer.place: answer.taken_for for answer in evaluation.answers if answer.taken_for}
    assert named == {
        "Ada_Lovelace/right.png": "Ada Lovelace",
        "Ada_Lovelace/wrong.png": "Bob",
        "Bob/right.png": "Bob",
        "Zuse/taken_for_ada.png": "Ada Lovelace",
    }


def test_the_rates_count_what_was_asked(folder: Path) -> None:
    evaluation = evaluated(folder)

    rates = (evaluation.right, evaluation.wrong, evaluation.fnir, evaluation.fpir)
    assert [(rate.value, rate.n) for rate in rates if rate] == [
        (0.4, 5),
        (0.2, 5),
        (0.6, 5),
        (0.5, 2),
    ]
    data = evaluation.data
    assert (data.asked, data.known_people, data.strangers) == (7, 2, 1)
    assert data.without_face == ("Ada_Lovelace/black.png",)


def test_each_person_has_a_line_the_worst_first(folder: Path) -> None:
    people = evaluated(folder).people

    lines = [
        (one.name, one.known, one.right, one.wrong, one.unknown, one.without_face) for one in people
    ]
    assert lines == [
        ("Ada Lovelace", True, 1, 1, 1, 1),
        ("Zuse", False, 1, 1, 0, 0),
        ("Bob", True, 1, 0, 0, 0),
    ]


def test_who_is_taken_for_whom_with_the_face_that_is_alike(folder: Path) -> None:
    confusions = {one.person: one for one in evaluated(folder).confusions}

    ada, zuse = confusions["Ada Lovelace"], confusions["Zuse"]
    assert (ada.taken_for, ada.known, ada.pictures) == ("Bob", True, 1)
    assert (zuse.taken_for, zuse.known) == ("Ada Lovelace", False)
    [mistake] = zuse.examples
    assert mistake.face.place == "Zuse/taken_for_ada.png"
    assert mistake.looks_like is not None
    assert mistake.looks_like.place == "Ada_Lovelace/right.png"
    assert mistake.looks_like.box_xyxy == (0, 0, 16, 16)


def test_enrolled_pictures_are_not_asked_about_wherever_they_lie(folder: Path) -> None:
    evaluation = evaluated(folder, folder / "Ada_Lovelace" / "right.png")

    assert evaluation.data.enrolled == ("Ada_Lovelace/right.png",)
    assert "Ada_Lovelace/right.png" not in {answer.place for answer in evaluation.answers}
    [zuse] = [one for one in evaluation.confusions if one.person == "Zuse"]
    assert zuse.examples[0].looks_like is not None  # it still shows what Ada looks like
    assert zuse.examples[0].looks_like.place == "Ada_Lovelace/right.png"


def test_a_folder_of_nothing_but_enrolled_pictures_is_refused(tmp_path: Path) -> None:
    only = picture(tmp_path, "Bob/1.png", GREEN)

    with pytest.raises(DatasetError, match="all of its 1 pictures are enrolled"):
        evaluated(tmp_path, only)


def test_without_strangers_there_is_no_fpir(tmp_path: Path) -> None:
    picture(tmp_path, "Bob/1.png", GREEN)

    evaluation = evaluated(tmp_path)

    assert evaluation.fpir is None
    assert to_document("gallery", evaluation)["fpir"] is None
    assert evaluation.confusions == ()


def test_a_person_of_whom_no_face_is_here_is_taken_for_without_a_picture(tmp_path: Path) -> None:
    picture(tmp_path, "Zuse/1.png", GREEN)

    [confusion] = evaluated(tmp_path).confusions

    assert confusion.taken_for == "Bob"
    assert confusion.examples[0].looks_like is None
