"""From pictures of people to likely wrong names."""

import shutil
from pathlib import Path

from PIL import Image as Pillow

from playbill.datasets.people import PersonPicture
from playbill.pipeline.name_check import NameCheck, check_names
from playbill.recognition.network_scores import UNMEASURED
from tests.support.fakes import BrightnessFaces, ColourEmbedder
from tests.support.people import SCORES

RED, GREEN, BLUE, BLACK = (250, 10, 10), (10, 250, 10), (10, 10, 250), (0, 0, 0)


def shown(folder: Path, name: str, *colours: tuple[int, int, int]) -> list[PersonPicture]:
    """Pictures of somebody whose face has these colours."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    pictures = []
    for number, colour in enumerate(colours):
        path = folder / name / f"{number}.png"
        Pillow.new("RGB", (64 + number, 64), colour).save(path)
        pictures.append(PersonPicture(path, name))
    return pictures


def checked(pictures: list[PersonPicture]) -> NameCheck:
    seen: list[PersonPicture] = []
    result = check_names(pictures, BrightnessFaces(), ColourEmbedder(), SCORES, seen.append)
    assert seen == pictures
    return result


def test_a_picture_of_somebody_else_is_found(tmp_path: Path) -> None:
    pictures = [
        *shown(tmp_path, "Ada", RED, RED, RED, GREEN),
        *shown(tmp_path, "Bob", GREEN, GREEN, GREEN),
    ]

    result = checked(pictures)

    (doubt,) = result.doubts
    assert (doubt.picture, doubt.looks_like) == (pictures[3], "Bob")
    assert doubt.own_score is not None
    assert doubt.other_score is not None
    assert doubt.other_score > 0.9 > doubt.own_score
    assert doubt.beside == tuple(picture.path for picture in pictures[:3])
    assert (result.pictures, result.people, result.unusable) == (7, 2, ())


def test_a_picture_of_nobody_here_is_found(tmp_path: Path) -> None:
    pictures = [*shown(tmp_path, "Ada", RED, RED, BLUE), *shown(tmp_path, "Bob", GREEN, GREEN)]

    (doubt,) = checked(pictures).doubts

    assert (doubt.picture, doubt.looks_like, doubt.instead_of) == (pictures[2], None, None)


def test_of_two_pictures_that_differ_the_other_one_is_named_too(tmp_path: Path) -> None:
    pictures = [*shown(tmp_path, "Ada", RED, BLUE), *shown(tmp_path, "Bob", GREEN, GREEN)]

    (doubt,) = checked(pictures).doubts

    assert {doubt.picture.path, doubt.instead_of} == {pictures[0].path, pictures[1].path}


def test_one_file_under_two_names_is_wrong_where_it_does_not_belong(tmp_path: Path) -> None:
    pictures = [*shown(tmp_path, "Ada", RED, RED, RED), *shown(tmp_path, "Bob", GREEN, GREEN)]
    shutil.copy(pictures[0].path, tmp_path / "Bob" / "her.png")
    pictures.append(PersonPicture(tmp_path / "Bob" / "her.png", "Bob"))

    (doubt,) = checked(pictures).doubts

    assert (doubt.picture, doubt.looks_like) == (pictures[-1], "Ada")


def test_pictures_that_show_no_face_are_told_apart(tmp_path: Path) -> None:
    pictures = shown(tmp_path, "Ada", RED, BLACK, RED)
    (tmp_path / "Ada" / "text.png").write_text("no picture")
    pictures.append(PersonPicture(tmp_path / "Ada" / "text.png", "Ada"))

    result = checked(pictures)

    assert result.doubts == ()
    assert [one.picture for one in result.unusable] == [pictures[1], pictures[3]]
    assert "found no face" in result.unusable[0].reason
    assert "is text" in result.unusable[1].reason


def test_without_any_face_there_is_nothing_to_doubt(tmp_path: Path) -> None:
    result = check_names(
        shown(tmp_path, "Ada", BLACK),
        BrightnessFaces(),
        ColourEmbedder(),
        UNMEASURED,
        lambda _: None,
    )

    assert (result.doubts, len(result.unusable), result.people) == ((), 1, 1)
