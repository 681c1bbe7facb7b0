"""YuNet on graphs that find a face wherever a cell is blue, and say of it what a test put there."""

from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playbill.core.frame import Frame
from playbill.errors import ModelError
from playbill.models.options import SessionOptions
from playbill.models.yunet import YunetDetector, YunetSettings
from playbill.models.yunet_graph import taking_any_size
from tests.support.networks import mean_network
from tests.support.yunets import BGR, BLUE, tiny_yunet, tiny_yunet_graph

FLOAT32 = SessionOptions(precision="float32", threads=1)
SEEN_AS_IT_IS = {"min_face_px": 1, "max_side_px": 64}
"""Of pictures whose longest side is 64."""
POINTS = (-1, -1, 1, -1, 0, 0, -1, 1, 1, 1)
"""Eyes, nose, mouth corners, in cells from the corner of their own."""


def picture(
    *lit: tuple[int, int], size_wh: tuple[int, int] = (64, 64), side: int = 8
) -> np.ndarray:
    """Black, with blue squares at these left, top corners."""
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for left, top in lit:
        image[top : top + side, left : left + side] = BLUE
    return image


def found(
    folder: Path, *images: np.ndarray, settings: dict[str, Any] | None = None, **network: Any
) -> list[list[list[float]]]:
    """The boxes found in each picture."""
    detector = YunetDetector.open(
        *tiny_yunet(folder, **network), FLOAT32, YunetSettings(**(SEEN_AS_IT_IS | (settings or {})))
    )
    faces = detector.detect([Frame.still(image) for image in images])
    return [each.boxes_xyxy.round(2).tolist() for each in faces]


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_a_box_is_told_in_cells_of_its_grid(tmp_path: Path, stride: int) -> None:
    lit = picture((stride, 2 * stride), size_wh=(128, 128), side=stride)
    settings = {"max_side_px": 128}

    [boxes] = found(
        tmp_path, lit, settings=settings, stride=stride, box=(0.5, 0.25, log(0.5), log(2))
    )

    middle_x, middle_y = 1.5 * stride, 2.25 * stride
    half_width, half_height = stride / 4, stride
    assert boxes == [
        [middle_x - half_width, middle_y - half_height, middle_x + half_width, middle_y + stride]
    ]


def test_landmarks_are_told_from_the_corner_of_their_cell_eyes_first(tmp_path: Path) -> None:
    detector = YunetDetector.open(
        *tiny_yunet(tmp_path, points=POINTS), FLOAT32, YunetSettings(**SEEN_AS_IT_IS)
    )

    [faces] = detector.detect([Frame.still(picture((24, 16)))])

    assert faces.landmarks[0].tolist() == [[16, 8], [32, 8], [24, 16], [16, 24], [32, 24]]


def test_the_score_is_the_geometric_mean_of_there_and_fits(tmp_path: Path) -> None:
    detector = YunetDetector.open(
        *tiny_yunet(tmp_path, logits=(1.0, 3.0)),
        FLOAT32,
        YunetSettings(**SEEN_AS_IT_IS, min_score=0.5),
    )

    [faces] = detector.detect([Frame.still(picture((8, 8)))])

    expected = ((1 / (1 + exp(-1.0))) * (1 / (1 + exp(-3.0)))) ** 0.5
    assert faces.scores.tolist() == pytest.approx([expected], abs=1e-5)


def test_what_scores_less_than_asked_is_no_face(tmp_path: Path) -> None:
    lit = picture((8, 8))
    score = 1 / (1 + exp(-1.0))
    network = {"logits": (1.0, 1.0)}

    [above] = found(tmp_path, lit, settings={"min_score": score - 0.01}, **network)
    [below] = found(tmp_path, lit, settings={"min_score": score + 0.01}, **network)

    assert (len(above), len(below)) == (1, 0)


def test_the_network_sees_blue_first(tmp_path: Path) -> None:
    red = picture((8, 8))[:, :, ::-1].copy()

    assert found(tmp_path, red) == [[]]


def test_frames_of_several_sizes_are_looked_at_together(tmp_path: Path) -> None:
    images = [
        picture((8, 8)),
        picture(size_wh=(64, 5)),
        picture((40, 0), (0, 16), size_wh=(64, 40)),
        picture(size_wh=(1, 1)),
    ]

    boxes = found(tmp_path, *images)

    assert boxes == [[[8, 8, 16, 16]], [], [[40, 0, 48, 8], [0, 16, 8, 24]], []]


def test_a_large_picture_is_shrunk_and_boxes_come_out_in_its_own_pixels(tmp_path: Path) -> None:
    lit = picture((32, 64), size_wh=(256, 128), side=32)

    [boxes] = found(tmp_path, lit, settings={"close_up_side_px": 64})

    assert boxes == [[32, 64, 64, 96]]


def test_a_small_picture_is_enlarged_twice_at_most(tmp_path: Path) -> None:
    """A square of 8 pixels fills a cell of 16 only then."""
    lit, network = picture((8, 8), size_wh=(32, 32)), {"stride": 16, "share": 0.9}

    as_it_is, enlarged = (
        found(tmp_path, lit, settings={"max_side_px": side}, **network)[0] for side in (32, 960)
    )

    assert (as_it_is, enlarged) == ([], [[8, 8, 16, 16]])


def test_a_face_that_fills_more_than_the_network_knows_is_seen_in_the_second_look(
    tmp_path: Path,
) -> None:
    """Only a cell that is all blue is a face: at full size none of the widest grid's is."""
    lit = np.zeros((256, 256, 3), np.uint8)
    lit[64:128, 64:128] = BLUE
    lit[::32, :], lit[:, ::32] = 0, 0  # a black line through each cell of the first look
    network = {"stride": 32, "share": 0.95, "logits": (4.0, 4.0)}

    once, twice = (
        found(tmp_path, lit, settings={"max_side_px": 256, "close_up_side_px": side}, **network)[0]
        for side in (256, 128)
    )

    assert len(once) == 4
    assert [64, 64, 128, 128] in twice


def test_the_worse_of_two_boxes_on_one_face_goes(tmp_path: Path) -> None:
    lit = picture((8, 8))
    lit[8:16, 16:24, 2] = 250

    assert found(tmp_path, lit, box=(0.5, 0.5, log(4), log(4))) == [[[0, 0, 28, 28]]]


def test_boxes_end_at_the_edges_of_the_picture(tmp_path: Path) -> None:
    lit = picture((56, 0), size_wh=(64, 64))

    assert found(tmp_path, lit, box=(0.5, 0.5, log(3), log(3))) == [[[48, 0, 64, 16]]]


def test_a_box_in_the_filling_beside_the_picture_is_none(tmp_path: Path) -> None:
    assert found(tmp_path, picture((32, 0), size_wh=(64, 8)), box=(0.5, 1.5, 0, 0)) == [[]]


def test_faces_smaller_than_the_smallest_do_not_count(tmp_path: Path) -> None:
    lit, network = picture((8, 8)), {"box": (0.5, 0.5, log(3), log(2))}

    [large] = found(tmp_path, lit, settings={"min_face_px": 16}, **network)
    [small] = found(tmp_path, lit, settings={"min_face_px": 17}, **network)

    assert (len(large), len(small)) == (1, 0)


def test_no_frames_are_no_answers(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_the_run_record_names_the_network(tmp_path: Path) -> None:
    card, store = tiny_yunet(tmp_path)

    use = YunetDetector.open(card, store, FLOAT32).use

    assert (use.task, use.name, use.precision) == ("face-detection", "tiny_yunet", "float32")
    assert use.sha256 == card.files[0].sha256


def test_a_network_without_the_twelve_parts_is_refused() -> None:
    with pytest.raises(ModelError, match="mine: the network's outputs must be cls_8, obj_8"):
        taking_any_size(mean_network(), "mine", BGR)


def test_parts_of_a_grid_that_look_at_other_features_are_refused() -> None:
    with pytest.raises(ModelError, match="mine: the network is no YuNet: the parts of grid 8"):
        taking_any_size(tiny_yunet_graph(shared=False), "mine", BGR)


@pytest.mark.parametrize(
    "settings",
    [{"min_score": 0}, {"min_score": 1}, {"min_face_px": 0}, {"max_side_px": 31}],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must lie between 0 and 1|are too small"):
        YunetSettings(**settings)
