"""Pictures of people to what a gallery is made of."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.faces import Faces
from playbill.datasets.people import PersonPicture
from playbill.errors import GalleryError, MediaError
from playbill.pipeline.enrol import Enrolled, describe_portraits, only_face, with_room
from tests.support.analyses import faces
from tests.support.fakes import BrightnessFaces, ColourEmbedder

RED, GREEN, BLACK = (250, 10, 10), (10, 250, 10), (0, 0, 0)


def picture(path: Path, colour: tuple[int, int, int] = RED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", (64, 64), colour).save(path)
    return path


def enrolled(*portraits: PersonPicture) -> Enrolled:
    seen: list[PersonPicture] = []
    result = describe_portraits(portraits, BrightnessFaces(), ColourEmbedder(), seen.append)
    assert seen == list(portraits)
    return result


def test_pictures_of_one_person_are_one_enrolment(tmp_path: Path) -> None:
    portraits = [
        PersonPicture(picture(tmp_path / "1.png", RED), "Ada"),
        PersonPicture(picture(tmp_path / "2.png", GREEN), "Charles"),
        PersonPicture(picture(tmp_path / "3.png", (240, 10, 10)), "Ada"),
    ]

    result = enrolled(*portraits)

    assert [(e.name, len(e.embeddings)) for e in result.enrolments] == [("Ada", 2), ("Charles", 1)]
    assert result.refused == ()


def test_a_picture_without_a_face_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    dark = picture(tmp_path / "dark.png", BLACK)
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    good = picture(tmp_path / "good.png", RED)

    result = enrolled(
        PersonPicture(dark, "Ada"), PersonPicture(text, "Ada"), PersonPicture(good, "Ada")
    )

    assert [len(e.embeddings) for e in result.enrolments] == [1]
    assert [type(error) for error in result.refused] == [GalleryError, MediaError]
    assert str(result.refused[0]) == f"{dark}: found no face, expected one picture of Ada alone"


def test_one_picture_under_two_names_is_refused_the_second_time(tmp_path: Path) -> None:
    one, other = picture(tmp_path / "1.png"), picture(tmp_path / "2.png")

    result = enrolled(PersonPicture(one, "Ada"), PersonPicture(other, "Charles"))

    assert [e.name for e in result.enrolments] == ["Ada"]
    assert str(result.refused[0]) == (
        f"{other}: is to show Charles, and is the same picture as {one}, which is to show Ada: "
        "expected one name"
    )


def chosen(*boxes: tuple[float, float, float, float]) -> Faces:
    return only_face(faces(*boxes), PersonPicture(Path("pair.jpg"), "Ada"))


def test_two_faces_of_about_the_same_size_are_refused() -> None:
    with pytest.raises(
        GalleryError, match=r"pair\.jpg: found 2 faces, expected one picture of Ada"
    ):
        chosen((0, 0, 40, 40), (50, 0, 80, 30))


def test_a_small_face_in_the_background_does_not_count() -> None:
    assert chosen((0, 0, 20, 20), (50, 0, 130, 80)).boxes_xyxy.tolist() == [[50, 0, 130, 80]]


def test_no_face_at_all_is_refused() -> None:
    with pytest.raises(GalleryError, match="found no face"):
        chosen()


def test_a_close_crop_is_given_room_on_all_sides() -> None:
    image = np.full((20, 40, 3), 7, np.uint8)
    image[0, 0] = 200

    roomy = with_room(image)

    assert roomy.shape == (40, 80, 3)
    assert (roomy[10:30, 20:60] == image).all()
    assert (roomy[0, 0] == 200).all()
