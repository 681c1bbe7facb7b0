"""The one face of each picture, found and described once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.errors import DatasetError
from playbill.training.recogniser.describing import Described, describe
from playbill.training.recogniser.pictures import choose
from playbill.training.recogniser.settings import RecogniserTraining
from tests.support.analyses import faces
from tests.support.drawn_people import SIDE, StripeEmbedder, draw, draw_people
from tests.support.fakes import BrightnessFaces, use_of
from tests.support.people import pictures


def described(
    folder: Path, out: Path, embedder: StripeEmbedder | None = None
) -> tuple[Described, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    out.mkdir(exist_ok=True)
    result = describe(
        choose(RecogniserTraining(folder)),
        BrightnessFaces(),
        embedder or StripeEmbedder(),
        out,
        lambda done, of: seen.append((done, of)),
    )
    return result, seen


def black(path: Path) -> Path:
    return draw(path, np.full(16, -127.5 / 127, np.float32))


def test_each_picture_becomes_the_point_that_is_drawn_in_it(tmp_path: Path) -> None:
    draw_people(tmp_path / "in", [2, 3])
    vectors, owners = pictures(2, 3, noise=0.3)

    found, seen = described(tmp_path / "in", tmp_path)

    wanted = np.concatenate([vectors[owners == 0][:2], vectors[owners == 1]])
    assert (np.einsum("ij,ij->i", found.people.vectors, wanted) > 0.999).all()
    assert found.people.pictures.names == ("Person 0", "Person 1")
    assert seen == [(number, 5) for number in range(1, 6)]


def test_a_picture_without_a_face_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    draw_people(tmp_path / "in", [2, 2])
    dark = black(tmp_path / "in" / "Person_1" / "dark.png")
    (tmp_path / "in" / "Person_0" / "text.jpg").write_text("no picture")

    found, _ = described(tmp_path / "in", tmp_path)

    assert len(found.people) == 4
    reasons = {refusal.name: refusal.reason for refusal in found.refused}
    assert reasons["Person 1"] == f"{dark}: found no face, expected one picture of Person 1 alone"
    assert "text.jpg" in reasons["Person 0"]


def test_where_no_picture_shows_a_face_the_first_is_named(tmp_path: Path) -> None:
    black(tmp_path / "in" / "Ada" / "1.png")

    with pytest.raises(DatasetError, match=r"none of its 1 pictures .* found no face"):
        described(tmp_path / "in", tmp_path)


def test_pictures_that_were_described_before_a_kill_are_not_described_again(
    tmp_path: Path,
) -> None:
    draw_people(tmp_path / "in", [3, 3])
    first, second = StripeEmbedder(), StripeEmbedder()
    whole, _ = described(tmp_path / "in", tmp_path / "out", first)
    lines = (tmp_path / "out" / "described.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "out" / "described.jsonl").write_text("".join(lines[:4]) + lines[4][:50])

    again, seen = described(tmp_path / "in", tmp_path / "out", second)

    assert (first.asked, second.asked) == (6, 2)
    assert seen == [(5, 6), (6, 6)]
    assert np.array_equal(whole.people.vectors, again.people.vectors)
    assert whole.digests == again.digests


@dataclass
class FacesWithRoom:
    """Sees a face only in the middle of pictures that are larger than they were drawn."""

    use: ModelUse = field(default_factory=lambda: use_of("face-detection"))

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        return [
            faces((SIDE / 2, SIDE / 2, SIDE * 1.5, SIDE * 1.5))
            if frame.size_wh[0] > SIDE
            else Faces.empty()
            for frame in frames
        ]


def test_the_box_of_a_face_found_with_room_around_is_in_the_picture_itself(
    tmp_path: Path,
) -> None:
    draw_people(tmp_path / "in", [1])

    found = describe(
        choose(RecogniserTraining(tmp_path / "in")), FacesWithRoom(), StripeEmbedder(), tmp_path
    )

    [look] = found.people.looks
    assert look is not None
    assert look.box_xyxy == (0, 0, SIDE, SIDE)


@dataclass
class TwoFaces:
    """Sees two faces as large as each other, one of them in the middle."""

    use: ModelUse = field(default_factory=lambda: use_of("face-detection"))

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        return [faces((0, 0, 20, 20), (22, 22, 42, 42)) for _ in frames]


def test_two_faces_are_refused_unless_the_central_one_is_asked_for(tmp_path: Path) -> None:
    draw_people(tmp_path / "in", [1])
    chosen = choose(RecogniserTraining(tmp_path / "in"))

    with pytest.raises(DatasetError, match="found 2 faces, expected one picture of Person 0"):
        describe(chosen, TwoFaces(), StripeEmbedder(), tmp_path)
    found = describe(chosen, TwoFaces(), StripeEmbedder(), tmp_path, central=True)

    [look] = found.people.looks
    assert look is not None
    assert look.box_xyxy == (22, 22, 42, 42)
