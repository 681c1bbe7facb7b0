"""What every object detector keeps to, whatever the picture."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from playbill.core.frame import Frame, Image
from playbill.core.labels import COCO_80
from playbill.core.limits import ScoreLimits
from playbill.core.ports import ObjectDetector
from playbill.models.catalogue import object_limits
from playbill.models.options import SessionOptions
from playbill.models.ssd import SsdDetector
from playbill.models.store import ModelStore
from playbill.models.thresholds import ClassThreshold, Thresholds
from playbill.models.yolox import YoloxDetector
from tests.support.detectors import MIDDLE, tiny_ssd, tiny_yolox

DOG = COCO_80.index("dog")
FLOAT32 = SessionOptions(precision="float32", threads=1)
ONNX_RUNTIME = SessionOptions(runtime="onnxruntime", precision="float32", threads=1)


def made_ssd(folder: Path, options: SessionOptions) -> ObjectDetector:
    anchors = [(0.5, 0.25, 0.5, 0.25), (0.2, 0.8, 0.9, 0.9)]
    model = tiny_ssd(folder, anchors, [{1: 0.6}, {90: 0.5}], slope={18: 0.9})
    return SsdDetector.open(*model, options, min_score=0.3)


def made_yolox(folder: Path, options: SessionOptions) -> ObjectDetector:
    rows = {MIDDLE: ((0.5, 0.5, 0.7, 0.0), 1.0, {0: 0.6}), 3: ((0.0, 2.0, 2.0, 2.0), 0.8, {3: 0.7})}
    model = tiny_yolox(folder, rows, slope={DOG: 0.9 / 255})
    return YoloxDetector.open(*model, options, min_score=0.3)


def real_ssd(folder: Path, options: SessionOptions) -> ObjectDetector:
    store = ModelStore([], folder)
    return SsdDetector.open(store.card("ssd_mobilenet_v1_coco"), store, options, min_score=0.05)


def real_yolox(folder: Path, options: SessionOptions) -> ObjectDetector:
    store = ModelStore([], folder)
    return YoloxDetector.open(store.card("yolox_nano"), store, options, min_score=0.05)


Maker = Callable[[Path, SessionOptions], ObjectDetector]


@dataclass(frozen=True)
class Implementation:
    make: Maker
    options: SessionOptions = FLOAT32


MADE = {
    "ssd": Implementation(made_ssd),
    "yolox": Implementation(made_yolox),
    "ssd on ONNX Runtime": Implementation(made_ssd, ONNX_RUNTIME),
    "yolox on ONNX Runtime": Implementation(made_yolox, ONNX_RUNTIME),
}
REAL = {
    "real ssd": Implementation(real_ssd),
    "real yolox": Implementation(real_yolox),
    "real ssd, auto": Implementation(real_ssd, SessionOptions()),
    "real yolox, auto": Implementation(real_yolox, SessionOptions()),
}


def noise(width: int, height: int) -> Image:
    rng = np.random.default_rng(width * 10_000 + height)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


PICTURES: dict[str, Image] = {
    "one pixel": noise(1, 1),
    "one line": noise(5000, 1),
    "one column": noise(1, 5000),
    "wider than OpenCV's 16 bits": noise(40_000, 2),
    "small": noise(20, 30),
    "usual": noise(640, 427),
    "grey": np.repeat(noise(320, 200)[:, :, :1], 3, axis=2),
    "white": np.full((120, 90, 3), 255, np.uint8),
    "upside down, a view": noise(200, 100)[::-1],
    "every other pixel, a view": noise(400, 200)[::2, ::-2],
}


@pytest.fixture(
    scope="module",
    params=[*MADE, *(pytest.param(name, marks=pytest.mark.models) for name in REAL)],
)
def detector(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ObjectDetector:
    if request.param in MADE:
        made = MADE[request.param]
        return made.make(tmp_path_factory.mktemp("models"), made.options)
    real = REAL[request.param]
    return real.make(request.getfixturevalue("models_folder"), real.options)


def rows(found: object) -> list[NDArray[np.generic]]:
    return [getattr(found, name) for name in ("boxes_xyxy", "scores", "class_ids")]


class TestEveryObjectDetector:
    def test_no_frames_no_answers(self, detector: ObjectDetector) -> None:
        assert detector.detect([]) == []

    @pytest.mark.parametrize("what", PICTURES)
    def test_boxes_lie_in_the_picture_and_the_best_come_first(
        self, detector: ObjectDetector, what: str
    ) -> None:
        frame = Frame.still(PICTURES[what])
        width, height = frame.size_wh

        found = detector.detect([frame])[0]

        assert found.labels == detector.labels == COCO_80
        assert (found.boxes_xyxy >= 0).all()
        assert (found.boxes_xyxy <= [width, height, width, height]).all()
        assert (found.boxes_xyxy[:, 2:] > found.boxes_xyxy[:, :2]).all()
        assert (np.diff(found.scores) <= 0).all()
        assert len(found) <= 100

    def test_frames_together_get_the_answers_that_they_get_alone(
        self, detector: ObjectDetector
    ) -> None:
        frames = [Frame.still(image) for image in PICTURES.values()]

        together = detector.detect(frames)
        alone = [detector.detect([frame])[0] for frame in frames]

        assert len(together) == len(frames)
        for a, b in zip(together, alone, strict=True):
            for left, right in zip(rows(a), rows(b), strict=True):
                np.testing.assert_array_equal(left, right)

    def test_the_same_frame_gets_the_same_rows_again(self, detector: ObjectDetector) -> None:
        frame = Frame.still(PICTURES["usual"])

        first, second = detector.detect([frame])[0], detector.detect([frame])[0]

        for left, right in zip(rows(first), rows(second), strict=True):
            np.testing.assert_array_equal(left, right)

    def test_the_picture_is_left_as_it_was(self, detector: ObjectDetector) -> None:
        image = PICTURES["usual"].copy()

        detector.detect([Frame.still(image)])

        np.testing.assert_array_equal(image, PICTURES["usual"])


@pytest.mark.parametrize("options", [FLOAT32, ONNX_RUNTIME], ids=["openvino", "onnxruntime"])
@pytest.mark.parametrize(
    ("make", "colour"), [(made_ssd, (255, 0, 0)), (made_yolox, (0, 0, 255))], ids=["rgb", "bgr"]
)
def test_the_network_sees_the_channels_in_its_own_order(
    tmp_path: Path, make: Maker, colour: tuple[int, int, int], options: SessionOptions
) -> None:
    """The made networks find a dog where their first channel is bright: red, or blue."""
    detector = make(tmp_path, options)
    bright = Frame.still(np.full((50, 50, 3), colour, np.uint8))
    other = Frame.still(np.full((50, 50, 3), colour[::-1], np.uint8))

    seen, unseen = detector.detect([bright, other])

    assert "dog" in seen.names()
    assert "dog" not in unseen.names()


KNOWN = {
    "000000165518.jpg": ["motorcycle", "person"],
    "000000020992.jpg": ["hot dog", "person"],
    "000000007784.jpg": ["kite"],
    "000000011760.jpg": ["zebra", "zebra", "zebra"],
}
"""Pictures of COCO's val set, and what is in them."""


@pytest.mark.models
@pytest.mark.parametrize("opener", [SsdDetector, YoloxDetector])
@pytest.mark.parametrize("name", KNOWN)
def test_real_networks_find_what_is_in_real_pictures(
    models_folder: Path, data_folder: Path, opener: type[SsdDetector | YoloxDetector], name: str
) -> None:
    store = ModelStore([], models_folder)
    model = "ssd_mobilenet_v1_coco" if opener is SsdDetector else "yolox_nano"
    with PIL.Image.open(data_folder / "coco" / "val" / name) as file:
        frame = Frame.still(np.asarray(file.convert("RGB")))

    found = opener.open(store.card(model), store).detect([frame])[0]

    assert sorted(found.names()) == KNOWN[name]


THRESHOLDS = Thresholds(
    precision=0.8,
    sure_precision=0.9,
    shown=0.55,
    sure=0.7,
    classes=(ClassThreshold("person", 0.65, 0.9, 100), ClassThreshold("motorcycle", 0.5, 0.6, 3)),
    n=103,
    measured_on="a test",
)
MOTORCYCLE = COCO_80.index("motorcycle")


def with_thresholds(folder: Path, *, min_score: float | None = None) -> ObjectDetector:
    """It sees a person of 0.6 and a motorcycle of 0.56."""
    rows = {MIDDLE: ((0.5, 0.5, 0.7, 0.0), 1.0, {0: 0.6}), 3: ((0.0, 2.0, 2.0, 2.0), 0.8, {3: 0.7})}
    card, store = tiny_yolox(folder, rows)
    card = replace(card, thresholds=THRESHOLDS)
    return YoloxDetector.open(card, store, FLOAT32, min_score=min_score)


def test_each_class_is_shown_from_the_score_in_the_card(tmp_path: Path) -> None:
    detector = with_thresholds(tmp_path)

    [found] = detector.detect([Frame.still(PICTURES["usual"])])

    assert found.names() == ["motorcycle"]
    assert (detector.limits.shown[MOTORCYCLE], detector.limits.sure[MOTORCYCLE]) == (0.5, 0.6)
    assert (detector.limits.shown[DOG], detector.limits.sure[DOG]) == (0.55, 0.7)


def test_a_score_that_somebody_asks_for_stands_for_all_classes(tmp_path: Path) -> None:
    detector = with_thresholds(tmp_path, min_score=0.58)

    [found] = detector.detect([Frame.still(PICTURES["usual"])])

    assert found.names() == ["person"]
    assert detector.limits == ScoreLimits.same(80, 0.58)


def test_without_a_table_the_architectures_own_score_counts(tmp_path: Path) -> None:
    detector = YoloxDetector.open(*tiny_yolox(tmp_path, {}), FLOAT32)

    assert detector.limits == ScoreLimits.same(80, 0.3, 0.65)
    assert object_limits(tiny_yolox(tmp_path, {})[0]) == detector.limits
