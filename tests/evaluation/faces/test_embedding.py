"""Pictures to points: with pictures whose colour says who they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.errors import DatasetError
from playbill.evaluation.faces.embedding import UNLIKE, EmbeddedAll, embed_people
from playbill.evaluation.faces.evaluate import FaceNetwork, FaceQuestion, evaluate_faces
from playbill.evaluation.faces.looks import central_face, look_at, sharpness
from playbill.evaluation.faces.pictures import find_pictures
from playbill.recognition.network_scores import UNMEASURED
from tests.support.fakes import SPACE, BrightnessFaces, ColourEmbedder

RED, GREEN, BLACK = (200, 0, 0), (0, 200, 0), (0, 0, 0)


def picture(folder: Path, place: str, colour: tuple[int, int, int], side: int = 64) -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(np.full((side, side, 3), colour, np.uint8)).save(path)
    return path


@dataclass
class BoxedFaces(BrightnessFaces):
    """Sees the faces it was told, wherever the picture is at least so wide."""

    boxes_xyxy: Sequence[Sequence[float]] = ()
    min_width: int = 0

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        n = len(self.boxes_xyxy)
        found = Faces(
            np.array(self.boxes_xyxy, np.float32),
            np.full(n, 0.9, np.float32),
            np.zeros((n, 5, 2), np.float32),
        )
        return [found if f.size_wh[0] >= self.min_width else Faces.empty() for f in frames]


def embed(folder: Path, detector: BrightnessFaces | None = None) -> EmbeddedAll:
    return embed_people(find_pictures(folder), detector or BrightnessFaces(), [ColourEmbedder()])


def test_every_picture_has_its_row(tmp_path: Path) -> None:
    colours = [RED, GREEN, BLACK, RED]
    for i, colour in enumerate(colours):
        picture(tmp_path, f"Person_{i}/a.png", colour)

    [people] = embed(tmp_path).people

    assert people.space == SPACE
    assert people.found.tolist() == [True, True, False, True]
    assert people.vectors[0, 0] == pytest.approx(200 / 255, abs=0.01)
    assert people.vectors[1, 1] == pytest.approx(200 / 255, abs=0.01)
    assert not people.vectors[2].any()
    np.testing.assert_array_equal(people.vectors[0], people.vectors[3])
    assert people.likeness(np.array([0, 0]), np.array([3, 2])).tolist() == pytest.approx(
        [1, UNLIKE]
    )


def test_more_pictures_than_a_batch_stay_in_order_and_are_timed(tmp_path: Path) -> None:
    for i in range(70):
        picture(tmp_path, f"Person_{i:02}/a.png", RED if i % 3 else GREEN)
    done: list[int] = []

    all_found = embed_people(
        find_pictures(tmp_path),
        BrightnessFaces(),
        [ColourEmbedder(), ColourEmbedder()],
        lambda: done.append(1),
    )

    first, second = all_found.people
    red = first.vectors[:, 0] > first.vectors[:, 1]
    assert red.tolist() == [bool(i % 3) for i in range(70)]
    np.testing.assert_array_equal(first.vectors, second.vectors)
    assert len(done) == 70
    assert [time.rounds for time in all_found.times] == [2, 2]
    assert all(time.alone_ms > 0 for time in all_found.times)


def test_a_broken_picture_is_left_out_and_said(tmp_path: Path) -> None:
    picture(tmp_path, "Ada/a.png", RED)
    (tmp_path / "Ada" / "b.png").write_bytes(b"no picture")
    picture(tmp_path, "Bob/a.png", GREEN)

    found = embed(tmp_path)

    assert [str(error).split(":")[0] for error in found.refused] == [str(tmp_path / "Ada/b.png")]
    assert found.people[0].pictures.places == ("Ada/a.png", "Bob/a.png")


def test_a_picture_cut_too_close_is_looked_at_with_room_around(tmp_path: Path) -> None:
    picture(tmp_path, "Ada/a.png", RED, side=64)
    detector = BoxedFaces(boxes_xyxy=[[32, 40, 96, 90]], min_width=100)

    [people] = embed(tmp_path, detector).people

    [look] = people.looks
    assert look is not None
    assert look.box_xyxy == (0, 8, 64, 58)  # the room of 32 pixels is taken off again


def test_pictures_without_any_face_are_refused(tmp_path: Path) -> None:
    picture(tmp_path, "Ada/a.png", BLACK)

    with pytest.raises(DatasetError, match="no face was found in any of 1 pictures"):
        embed(tmp_path)


def test_the_central_face_is_the_large_one_near_the_middle() -> None:
    frame = Frame.still(np.zeros((100, 200, 3), np.uint8))
    boxes = [[0, 0, 30, 30], [85, 35, 113, 65], [170, 70, 200, 100]]
    [faces] = BoxedFaces(boxes_xyxy=boxes).detect([frame])

    assert central_face(frame, faces).boxes_xyxy.tolist() == [boxes[1]]
    assert len(central_face(frame, Faces.empty())) == 0


def test_a_look_tells_grey_from_colour_and_sharp_from_blurred() -> None:
    random = np.random.default_rng(0)
    grey = np.repeat(random.integers(0, 256, (80, 80, 1)), 3, axis=2).astype(np.uint8)
    colour = random.integers(0, 256, (80, 80, 3)).astype(np.uint8)
    [face] = BoxedFaces(boxes_xyxy=[[10, 10, 70, 76]]).detect([Frame.still(grey)])

    assert look_at(grey, face).kinds == ("grey", "sharp")
    assert look_at(colour, face).kinds == ("in colour", "sharp")
    assert look_at(np.full_like(grey, 90), face).kinds == ("grey", "blurred")
    assert look_at(grey, face).size_band == "32 to 64 px"
    assert sharpness(grey) > 100 > sharpness(np.full_like(grey, 90))


def question(folder: Path) -> tuple[FaceQuestion, BrightnessFaces, list[FaceNetwork]]:
    return FaceQuestion(folder), BrightnessFaces(), [FaceNetwork(ColourEmbedder(), 1.5, UNMEASURED)]


def test_a_small_folder_is_measured_as_far_as_it_goes(tmp_path: Path) -> None:
    for i in range(4):
        picture(tmp_path, f"Red/{i}.png", (200 + i, 0, 0))
        picture(tmp_path, f"Green/{i}.png", (0, 200 + i, 0))

    evaluation, refused = evaluate_faces(*question(tmp_path))

    [result] = evaluation.networks
    assert not refused
    assert result.verification is None
    [closed] = result.closed_sets
    assert (closed.people, closed.first.value) == (2, 1.0)
    assert result.leave_one_out.nearest.value == 1
    assert result.megabytes == 1.5
    assert any("pairs need two folds" in note for note in result.not_measured)
    assert any("10 or 20 pictures" in note for note in result.not_measured)
    assert any("people are too few to tell" in note for note in result.not_measured)
    assert [use.task for use in evaluation.run.models] == ["face-detection", "face-embedding"]


def test_one_person_alone_is_refused(tmp_path: Path) -> None:
    picture(tmp_path, "Ada/1.png", RED)
    picture(tmp_path, "Ada/2.png", RED)

    with pytest.raises(DatasetError, match="found pictures of Ada alone, expected at least two"):
        evaluate_faces(*question(tmp_path))


def test_a_single_picture_of_everybody_is_refused(tmp_path: Path) -> None:
    picture(tmp_path, "Ada/1.png", RED)
    picture(tmp_path, "Bob/1.png", GREEN)

    with pytest.raises(DatasetError, match="found 2 people with one picture each"):
        evaluate_faces(*question(tmp_path))
