"""D-FINE's answers, from graphs with the inputs and outputs of its two kinds of export."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.errors import ModelError
from playbill.models.cards import InputContract
from playbill.models.catalogue import open_object_detector
from playbill.models.dfine import DfineDetector
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from tests.support.detectors import SIDE, stored

FLOAT32 = SessionOptions(precision="float32", threads=1)
INPUT = InputContract((SIDE, SIDE), "RGB", 0, 255)
DOG, CAT = COCO_80.index("dog"), COCO_80.index("cat")
FRAME = Frame.still(np.full((100, 200, 3), 255, np.uint8))
Array = NDArray[Any]


def graph(outputs: Mapping[str, Array], *, sizes: bool = False) -> bytes:
    """Constants; scores are times the mean of the picture (1 for white), boxes times the sizes."""
    first = "images" if sizes else "pixel_values"
    inputs = [helper.make_tensor_value_info(first, TensorProto.FLOAT, ["N", 3, SIDE, SIDE])]
    nodes = [helper.make_node("ReduceMean", [first], ["mean"], axes=[1, 2, 3], keepdims=0)]
    if sizes:
        inputs.append(
            helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, ["N", 2])
        )
        nodes.append(helper.make_node("Concat", ["orig_target_sizes"] * 2, ["twice"], axis=1))
        nodes.append(helper.make_node("Cast", ["twice"], ["factors"], to=TensorProto.FLOAT))
    for name in outputs:
        factor = {"scores": "mean", "boxes": "factors"}.get(name)
        kind, more = ("Mul", [factor]) if factor else ("Identity", [])
        nodes.append(helper.make_node(kind, [f"{name}_values", *more], [name]))
    types = {"labels": TensorProto.INT64}
    made = helper.make_graph(
        nodes,
        "dfine",
        inputs,
        [
            helper.make_tensor_value_info(name, types.get(name, TensorProto.FLOAT), values.shape)
            for name, values in outputs.items()
        ],
        [numpy_helper.from_array(values, f"{name}_values") for name, values in outputs.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def makers(labels: list[int], *, name: str = "boxes") -> bytes:
    """Two objects: the left half for sure, the lower right quarter a little less."""
    return graph(
        {
            "labels": np.array([labels], np.int64),
            name: np.array([[[0, 0, 0.5, 1], [0.5, 0.5, 1, 1]]], np.float32),
            "scores": np.array([[0.9, 0.6]], np.float32),
        },
        sizes=True,
    )


def hugging_face(logits: str = "logits") -> bytes:
    """The same: a cat and a dog."""
    values = np.full((1, 2, 80), -9, np.float32)
    values[0, 0, CAT], values[0, 1, DOG] = np.log(9), np.log(1.5)
    boxes = np.array([[[0.25, 0.5, 0.5, 1], [0.75, 0.75, 0.5, 0.5]]], np.float32)
    return graph({logits: values, "pred_boxes": boxes})


def found(
    folder: Path, content: bytes, *, min_score: float | None = None, label_set: str = "coco-80"
) -> list[tuple[str, float, list[float]]]:
    model = stored(folder, "dfine", {"tiny_dfine.onnx": content}, INPUT, label_set=label_set)
    detector = DfineDetector.open(*model, FLOAT32, min_score=min_score)
    [rows] = detector.detect([FRAME])
    scores = np.round(rows.scores.astype(float), 3).tolist()
    return list(zip(rows.names(), scores, rows.boxes_xyxy.round(3).tolist(), strict=True))


BOTH = [("cat", 0.9, [0, 0, 100, 100]), ("dog", 0.6, [100, 50, 200, 100])]


def test_the_makers_export_is_read_in_pixels_of_the_picture(tmp_path: Path) -> None:
    assert found(tmp_path, makers([CAT, DOG])) == BOTH


@pytest.mark.parametrize("logits", ["logits", "pred_logits"])
def test_the_raw_export_says_the_same(tmp_path: Path, logits: str) -> None:
    assert found(tmp_path, hugging_face(logits)) == BOTH


def test_what_scores_less_is_left_out(tmp_path: Path) -> None:
    assert found(tmp_path, makers([CAT, DOG]), min_score=0.7) == BOTH[:1]


def test_cocos_own_numbers_are_understood(tmp_path: Path) -> None:
    """17 and 18 are COCO's cat and dog; 12 is none."""
    assert found(tmp_path, makers([17, 18]), label_set="coco-90") == BOTH
    assert found(tmp_path, makers([12, 18]), label_set="coco-90") == BOTH[1:]


def test_numbers_of_no_class_are_left_out(tmp_path: Path) -> None:
    assert found(tmp_path, makers([80, DOG])) == BOTH[1:]


def test_a_network_with_other_outputs_is_refused(tmp_path: Path) -> None:
    wrong = graph({"pred_boxes": np.zeros((1, 2, 4), np.float32)})

    with pytest.raises(ModelError, match="a D-FINE gives labels, boxes and scores, or logits"):
        found(tmp_path, wrong)


def test_a_users_file_is_added_and_opened_by_name(tmp_path: Path) -> None:
    content = makers([CAT, DOG]).replace(b"tiny", b"tiny")
    path = tmp_path / "my_dfine.onnx"
    path.write_bytes(content)
    store = ModelStore([], tmp_path / "home")

    card = store.add([path], like="dfine", licence="Apache-2.0")

    assert (card.architecture, card.labels, card.input.size_wh) == ("dfine", COCO_80, (640, 640))
    assert store.card("my_dfine") == card
    with pytest.raises(ModelError):  # the graph made here takes 64 pixels, not 640
        open_object_detector("my_dfine", store, FLOAT32)
