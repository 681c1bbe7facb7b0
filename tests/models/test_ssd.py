"""SSD on graphs whose boxes and scores were put where they must come out."""

from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.errors import ModelAltered, ModelError
from playbill.models.cards import InputContract, ModelCard, joint_sha256
from playbill.models.options import SessionOptions
from playbill.models.ssd import SsdDetector, decode_boxes
from playbill.models.store import ModelStore
from tests.support.detectors import SSD_INPUT, affine_network, stored, tiny_ssd

DOG, CAT, PERSON = 18, 17, 1
"""Columns of `class_scores`: COCO's 90 ids."""
CENTRED = (0.5, 0.25, 0.5, 0.25)
"""An anchor, y x h w: left 25, top 25, right 75, bottom 75 in a picture of 200 x 100."""
FLOAT32 = SessionOptions(precision="float32", threads=1)


def picture(width: int = 200, height: int = 100) -> Frame:
    return Frame.still(np.full((height, width, 3), 128, np.uint8))


def found(
    model: tuple[ModelCard, ModelStore], *, min_score: float = 0.5, frame: Frame | None = None
) -> list[tuple[str, float, list[float]]]:
    detector = SsdDetector.open(*model, FLOAT32, min_score=min_score)
    rows = detector.detect([frame or picture()])[0]
    scores = [round(float(score), 3) for score in rows.scores]
    return list(zip(rows.names(), scores, rows.boxes_xyxy.round(2).tolist(), strict=True))


@pytest.mark.parametrize(
    ("encoding", "xyxy"),
    [
        ((0, 0, 0, 0), (0.125, 0.25, 0.375, 0.75)),
        ((10, 0, 0, 0), (0.125, 0.75, 0.375, 1.25)),
        ((0, -10, 0, 0), (-0.125, 0.25, 0.125, 0.75)),
        ((0, 0, 5 * log(2), 0), (0.125, 0.0, 0.375, 1.0)),
        ((0, 0, 0, 5 * log(2)), (0.0, 0.25, 0.5, 0.75)),
        ((0, 0, 0, 1e6), (-np.inf, 0.25, np.inf, 0.75)),
    ],
)
def test_offsets_move_and_stretch_the_anchor(
    encoding: tuple[float, ...], xyxy: tuple[float, ...]
) -> None:
    boxes = decode_boxes(np.array([encoding], np.float32), np.array([CENTRED], np.float32))

    np.testing.assert_allclose(boxes, np.array([xyxy]), atol=1e-6)


def test_no_anchors_no_boxes() -> None:
    nothing = np.empty((0, 4), np.float32)

    assert decode_boxes(nothing, nothing).shape == (0, 4)


def test_nothing_that_scores_well_is_nothing_found(tmp_path: Path) -> None:
    assert found(tiny_ssd(tmp_path, [CENTRED], [{DOG: 0.49}])) == []


def test_boxes_come_out_in_pixels_of_the_picture(tmp_path: Path) -> None:
    model = tiny_ssd(tmp_path, [CENTRED], [{DOG: 0.75}])

    assert found(model) == [("dog", 0.75, [25, 25, 75, 75])]
    assert found(model, frame=picture(400, 50)) == [("dog", 0.75, [50, 12.5, 150, 37.5])]


def test_background_and_ids_without_a_label_are_no_detections(tmp_path: Path) -> None:
    scores = {0: 0.99, 12: 0.99, 83: 0.99, 90: 0.75}

    assert [name for name, *_ in found(tiny_ssd(tmp_path, [CENTRED], [scores]))] == ["toothbrush"]


def test_labels_of_ones_own_follow_the_background(tmp_path: Path) -> None:
    model = tiny_ssd(
        tmp_path, [CENTRED], [{0: 0.9, 2: 0.75}], label_set="own", labels=("mask", "crown")
    )

    assert found(model) == [("crown", 0.75, [25, 25, 75, 75])]


def test_one_anchor_may_be_of_two_classes_best_score_first(tmp_path: Path) -> None:
    model = tiny_ssd(tmp_path, [CENTRED], [{DOG: 0.6, CAT: 0.7}])

    assert [row[:2] for row in found(model)] == [("cat", 0.7), ("dog", 0.6)]


def test_the_weaker_of_two_boxes_on_one_object_goes_unless_it_is_of_another_class(
    tmp_path: Path,
) -> None:
    beside = (0.5, 0.26, 0.5, 0.25)
    model = tiny_ssd(tmp_path, [CENTRED, beside, beside], [{DOG: 0.7}, {DOG: 0.8}, {PERSON: 0.6}])

    assert found(model) == [("dog", 0.8, [27, 25, 77, 75]), ("person", 0.6, [27, 25, 77, 75])]


def test_boxes_are_cut_off_at_the_edges_and_those_outside_go(tmp_path: Path) -> None:
    at_the_edge, outside = (0.5, 0.0, 0.5, 0.25), (0.5, 1.5, 0.5, 0.25)
    model = tiny_ssd(tmp_path, [outside, at_the_edge], [{DOG: 0.9}, {DOG: 0.7}])

    assert found(model) == [("dog", 0.7, [0, 25, 25, 75])]


def test_at_most_a_hundred_detections_come_out(tmp_path: Path) -> None:
    grid = [(y / 12 + 0.04, x / 12 + 0.04, 0.05, 0.05) for y in range(12) for x in range(12)]
    model = tiny_ssd(tmp_path, grid, [{DOG: 0.5 + i / 1000} for i in range(144)])

    rows = found(model)

    assert len(rows) == 100
    assert rows[0][1] == 0.643


def test_the_use_says_what_ran(tmp_path: Path) -> None:
    card, store = tiny_ssd(tmp_path, [CENTRED], [{}])
    use = SsdDetector.open(card, store, FLOAT32).use

    assert (use.task, use.name, use.device) == ("object-detection", "tiny_ssd", "CPU")
    assert use.sha256 == joint_sha256(card.files)
    assert use.runtime.startswith("openvino 20")
    assert use.precision == "float32"


def test_altered_anchors_are_refused(tmp_path: Path) -> None:
    card, store = tiny_ssd(tmp_path, [CENTRED], [{}])
    np.save(tmp_path / "tiny_ssd.anchors.npy", np.ones((1, 4), np.float32))

    with pytest.raises(ModelAltered, match=r"tiny_ssd: .*anchors\.npy has sha256"):
        SsdDetector.open(card, store, FLOAT32)


ANCHORS_THAT_ARE_NONE: dict[str, tuple[bytes | NDArray[Any], str]] = {
    "text": (b"not an array", "tiny_ssd: .* the anchors cannot be read"),
    "nothing": (b"", "tiny_ssd: .* the anchors cannot be read"),
    "pickle": (np.array([{}], object), "tiny_ssd: .* the anchors cannot be read"),
    "shape": (np.ones((1, 5), np.float32), r"anchors must be \(n, 4\) floats, found \(1, 5\)"),
    "whole": (np.ones((1, 4), np.int64), r"anchors must be \(n, 4\) floats"),
    "flat": (np.zeros((1, 4), np.float32), "anchors must be finite and have a height and width"),
    "nan": (np.full((1, 4), np.nan), "anchors must be finite"),
}


@pytest.mark.parametrize("what", ANCHORS_THAT_ARE_NONE)
def test_a_file_that_holds_no_anchors_is_refused(tmp_path: Path, what: str) -> None:
    content, why = ANCHORS_THAT_ARE_NONE[what]
    if isinstance(content, np.ndarray):
        np.save(tmp_path / "other.npy", content, allow_pickle=True)
        content = (tmp_path / "other.npy").read_bytes()
    tiny_ssd(tmp_path, [CENTRED], [{}])
    network = (tmp_path / "tiny_ssd.onnx").read_bytes()
    files = {"tiny_ssd.onnx": network, "tiny_ssd.anchors.npy": content}

    with pytest.raises(ModelError, match=why):
        SsdDetector.open(*stored(tmp_path, "ssd", files, SSD_INPUT, label_set="coco-90"), FLOAT32)


def test_a_network_for_other_anchors_is_refused(tmp_path: Path) -> None:
    tiny_ssd(tmp_path, [CENTRED], [{}])
    anchors = (tmp_path / "tiny_ssd.anchors.npy").read_bytes()
    offsets, scores = np.zeros((1, 2, 4)), np.zeros((1, 2, 91))
    network = affine_network(
        "image", {"box_encodings": (offsets, offsets), "class_scores": (scores, scores)}
    )
    files = {"n.onnx": network, "a.npy": anchors}
    model = stored(tmp_path, "ssd", files, SSD_INPUT, label_set="coco-90")

    why = r"tiny_ssd: the network's box_encodings must have shape \(1, 1, 4\), found \(1, 2, 4\)"
    with pytest.raises(ModelError, match=why):
        SsdDetector.open(*model, FLOAT32)


def test_a_network_with_other_classes_is_refused(tmp_path: Path) -> None:
    card, store = tiny_ssd(tmp_path, [CENTRED], [{}], label_set="own", labels=("mask",))

    why = r"class_scores must have shape \(1, 1, 91\), found \(1, 1, 2\)"
    with pytest.raises(ModelError, match=why):
        SsdDetector.open(replace(card, label_set="coco-90", labels=COCO_80), store, FLOAT32)


def test_a_network_without_the_outputs_of_an_ssd_is_refused(tmp_path: Path) -> None:
    tiny_ssd(tmp_path, [CENTRED], [{}])
    anchors = (tmp_path / "tiny_ssd.anchors.npy").read_bytes()
    files = {"n.onnx": affine_network("image", {"faces": (np.zeros(2), np.zeros(2))})}
    model = stored(tmp_path, "ssd", {**files, "a.npy": anchors}, SSD_INPUT, label_set="coco-90")

    with pytest.raises(ModelError, match="tiny_ssd: the network has no output box_encodings"):
        SsdDetector.open(*model, FLOAT32)


def test_a_card_without_anchors_or_size_is_refused(tmp_path: Path) -> None:
    card, store = tiny_ssd(tmp_path, [CENTRED], [{}])

    with pytest.raises(ModelError, match=r"an SSD has two files, .* the card lists 1"):
        SsdDetector.open(replace(card, files=card.files[:1]), store, FLOAT32)
    with pytest.raises(ModelError, match="tiny_ssd: the card of an SSD must say size_wh"):
        SsdDetector.open(replace(card, input=InputContract(None, "RGB", 128, 128)), store, FLOAT32)


@pytest.mark.models
def test_the_anchors_are_the_default_boxes_of_the_paper(models_folder: Path) -> None:
    """Section 2.2, equation 4, with the small boxes of TensorFlow's SSD on the finest grid."""
    scales = [0.2 + 0.75 * k / 5 for k in range(6)]
    between = [*scales[1:], 1.0]
    boxes = []
    for grid, (cells, scale) in enumerate(zip((19, 10, 5, 3, 2, 1), scales, strict=True)):
        shapes = [(scale, ratio) for ratio in (1, 2, 1 / 2, 3, 1 / 3)]
        shapes.append(((scale * between[grid]) ** 0.5, 1))
        if grid == 0:
            shapes = [(0.1, 1), (scale, 2), (scale, 1 / 2)]
        for row in range(cells):
            for column in range(cells):
                centre = (row + 0.5) / cells, (column + 0.5) / cells
                boxes += [(*centre, s / ratio**0.5, s * ratio**0.5) for s, ratio in shapes]

    anchors = np.load(models_folder / "ssd_mobilenet_v1_coco.anchors.npy")

    np.testing.assert_allclose(anchors, np.array(boxes), atol=1e-4)
