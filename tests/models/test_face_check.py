"""Faces are confirmed by a second network: here one to which bright squares look like faces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.models.cards import package_cards
from playbill.models.face_check import FIELDS, CheckedDetector, OnetCheck, min_proposal
from playbill.models.graph import PICTURES
from playbill.models.options import SessionOptions, Tensors
from playbill.models.store import ModelStore
from tests.support.fakes import use_of

DARK, BRIGHT = 0, 255
SHA = "ab" * 32


class BrightSquares:
    """A session to which a square is a face as far as it is bright."""

    runtime, device, precision = "numpy", "CPU", "float32"

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def run(self, inputs: Tensors) -> dict[str, Any]:
        squares = inputs[PICTURES]
        self.shapes.append(squares.shape)
        bright = squares.mean(axis=(1, 2, 3), dtype=np.float64) / 255
        return {"prob": np.stack([1 - bright, bright], axis=1).astype(np.float32)}

    def run_each(self, batches: Iterable[Tensors]) -> Iterable[dict[str, Any]]:
        return map(self.run, batches)


@dataclass
class Told:
    """Finds what it is told, frame by frame."""

    found: Sequence[Faces]
    use: ModelUse = field(default_factory=lambda: use_of("face-detection"))

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        return [self.found[frame.index] for frame in frames]


def frame(index: int, *bright: Sequence[int]) -> Frame:
    image = np.full((100, 400, 3), DARK, np.uint8)
    for left, top, right, bottom in bright:
        image[top:bottom, left:right] = BRIGHT
    return Frame(index, Frame.still(image).time_s, image)


def faces(*rows: tuple[Sequence[float], float]) -> Faces:
    boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
    points = np.repeat(boxes[:, None, :2], 5, axis=1) + np.arange(5)[:, None]
    return Faces(boxes, np.array([score for _, score in rows]), points)


def checked(
    *found: Faces, min_score: float = 0.7, session: BrightSquares | None = None
) -> CheckedDetector:
    check = OnetCheck(session or BrightSquares(), SHA)
    return CheckedDetector(Told(found), check, min_score=min_score)


LEFT, RIGHT = (20, 20, 60, 60), (220, 20, 260, 60)
WIDE_LEFT, WIDE_RIGHT = (0, 0, 100, 100), (200, 0, 300, 100)


def test_what_looks_like_no_face_to_the_second_network_is_none() -> None:
    detector = checked(faces((LEFT, 0.9), (RIGHT, 0.8)))

    [found] = detector.detect([frame(0, WIDE_RIGHT)])

    assert found.boxes_xyxy.tolist() == [list(RIGHT)]


def test_the_score_is_the_geometric_mean_and_landmarks_are_the_detectors() -> None:
    told = faces((LEFT, 0.64))

    [found] = checked(told).detect([frame(0, WIDE_LEFT)])

    assert found.scores.tolist() == pytest.approx([0.8], abs=1e-6)
    assert found.landmarks.tolist() == told.landmarks.tolist()


def test_the_best_of_both_comes_first() -> None:
    image = frame(0, WIDE_LEFT, WIDE_RIGHT)
    image.image[:, :100] = 130

    [found] = checked(faces((LEFT, 0.99), (RIGHT, 0.9)), min_score=0.3).detect([image])

    assert found.boxes_xyxy.tolist() == [list(RIGHT), list(LEFT)]
    assert found.scores[0] > found.scores[1]


def test_squares_around_the_longer_side_in_several_sizes_are_looked_at() -> None:
    """Bright is the square around a flat box alone: of the largest square it is the middle."""
    flat = (20, 30, 60, 50)

    [found] = checked(faces((flat, 1.0)), min_score=0.3).detect([frame(0, LEFT)])

    shares = [min(1.0, 1 / side**2) for side in FIELDS]
    assert found.scores[0] ** 2 == pytest.approx(np.mean(shares), abs=0.02)


def test_faces_of_many_frames_share_batches_of_one_shape() -> None:
    session = BrightSquares()
    frames = [frame(0, WIDE_LEFT), frame(1), frame(2, WIDE_RIGHT)]
    told = [faces((LEFT, 1.0), (RIGHT, 1.0)), faces(), faces(*[(RIGHT, 1.0)] * 7)]

    found = checked(*told, session=session).detect(frames)

    assert [len(each) for each in found] == [1, 0, 7]
    assert {shape[0] for shape in session.shapes} == {16}


def test_no_faces_and_no_frames_are_no_questions() -> None:
    session = BrightSquares()

    assert checked(session=session).detect([]) == []
    [none] = checked(faces(), session=session).detect([frame(0, WIDE_LEFT)])

    assert len(none) == 0
    assert session.shapes == []


def test_a_detector_must_score_the_square_of_what_both_must() -> None:
    told = faces((LEFT, min_proposal(0.7) + 0.001), (RIGHT, min_proposal(0.7) - 0.001))

    [found] = checked(told, min_score=0.7).detect([frame(0, WIDE_LEFT, WIDE_RIGHT)])

    assert found.boxes_xyxy.tolist() == [list(LEFT)]


def test_the_run_record_names_the_detector_and_the_bytes_of_both() -> None:
    use, own = checked(faces()).use, use_of("face-detection")

    assert (use.task, use.name) == (own.task, own.name)
    assert use.sha256 == sha256((own.sha256 + SHA).encode()).hexdigest()


def test_mtcnns_last_network_knows_a_face_from_what_is_beside_it(tmp_path: Path) -> None:
    astronaut = Frame.still(np.asarray(data.astronaut(), np.uint8))
    check = OnetCheck.open(
        package_cards()["mtcnn"], ModelStore([], tmp_path), SessionOptions(precision="float32")
    )

    [scores] = check.scores(
        [astronaut], [faces(((178, 62, 270, 174), 1.0), ((380, 20, 470, 130), 1.0))]
    )

    assert scores[0] > 0.9
    assert scores[1] < 0.1
