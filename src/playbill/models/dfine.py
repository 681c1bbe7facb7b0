"""D-FINE (Peng et al., 2024): a detection transformer; each of its answers is one object.

Two kinds of export are known. The makers' own (`export_onnx`) takes `images` and
`orig_target_sizes` and gives `labels`, `boxes` (left, top, right, bottom) and `scores`, the best
300. Hugging Face's takes `pixel_values` and gives `logits` or `pred_logits`, not yet between 0 and
1, and `pred_boxes` (centre, width, height), in parts of the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, clip_boxes
from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.labels import COCO_90_TO_80
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.graph import PICTURES, Graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pictures import model_use, resized, run_pictures
from playbill.models.selection import MAX_DETECTIONS
from playbill.models.session import open_session
from playbill.models.store import ModelStore
from playbill.models.thresholds import score_limits

MIN_SCORE = 0.5
"""From which on objects are shown where a card says nothing of it: what its makers draw at."""
SIZES = "orig_target_sizes"
"""The makers' second input: what boxes are multiplied with."""
LOGITS = ("logits", "pred_logits")

Rows = tuple[Boxes, NDArray[np.float32], NDArray[np.int64]]
"""(n, 4) left, top, right, bottom in parts of the picture; (n,) scores; (n,) class numbers."""


def without_sizes(network: bytes, name: str) -> bytes:
    """The same network with boxes in parts of the picture: its second input becomes 1 x 1.

    Raises:
        ModelError: it is no ONNX network.
    """
    import onnx  # noqa: PLC0415 - see `graph`

    try:
        model = onnx.load_from_string(network)
    except Exception as error:  # protobuf's exceptions share no base class but this
        raise ModelError(f"{name}: this is not an ONNX network: {error}") from error
    for place, told in enumerate(model.graph.input):
        if told.name == SIZES:
            kind = onnx.helper.tensor_dtype_to_np_dtype(told.type.tensor_type.elem_type)
            ones = onnx.numpy_helper.from_array(np.ones((1, 2), kind), SIZES)
            del model.graph.input[place]
            model.graph.initializer.append(ones)
            break
    data: bytes = model.SerializeToString()
    return data


def decode(outputs: Mapping[str, NDArray[Any]], name: str) -> Rows:
    """What either kind of export says of one picture.

    Raises:
        ModelError: the outputs are of neither.
    """
    if {"labels", "boxes", "scores"} <= outputs.keys():
        boxes = np.asarray(outputs["boxes"], np.float32).reshape(-1, 4)
        scores = np.asarray(outputs["scores"], np.float32).ravel()
        return boxes, scores, np.asarray(outputs["labels"], np.int64).ravel()
    logits = next((outputs[key] for key in LOGITS if key in outputs), None)
    if logits is None or "pred_boxes" not in outputs:
        raise ModelError(
            f"{name}: a D-FINE gives labels, boxes and scores, or logits and pred_boxes; found "
            f"{', '.join(outputs)}"
        )
    chances = 1 / (1 + np.exp(-np.asarray(logits, np.float32)[0]))
    around = np.asarray(outputs["pred_boxes"], np.float32)[0]
    half = around[:, 2:] / 2
    boxes = np.concatenate([around[:, :2] - half, around[:, :2] + half], axis=1)
    queries, class_ids = np.indices(chances.shape)
    return boxes[queries.ravel()], chances.ravel(), class_ids.ravel().astype(np.int64)


class DfineDetector:
    """A graph of one picture, stretched to the size that the card says."""

    def __init__(
        self, card: ModelCard, session: Session, *, min_score: float | None = None
    ) -> None:
        """Try the graph, a session that takes pictures as they are, on a black one.

        Raises:
            ModelError: it does not take or give what the card says.
        """
        if card.input.size_wh is None:
            raise ModelError(f"{card.name}: the card of a D-FINE must say size_wh")
        self.use: ModelUse = model_use(card, session)
        self.labels = card.labels
        self.limits = score_limits(card.labels, card.thresholds, min_score, MIN_SCORE)
        self._session = session
        self._size_wh = card.input.size_wh
        self._class_of = COCO_90_TO_80 if card.label_set == "coco-90" else None
        self.detect([Frame.still(np.zeros((*self._size_wh[::-1], 3), np.uint8))])

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        *,
        min_score: float | None = None,
    ) -> "DfineDetector":
        """Open the network of `card`, in float32 unless bf16 is asked for by name.

        In bf16 a box in parts of the picture is off by up to one part in 256.

        Raises:
            ModelError: its file is missing, altered, or not what the card says.
        """
        if options.precision == "auto":
            options = replace(options, precision="float32")
        session = open_session(_graph(card, store.path(card)), card.name, options)
        return cls(card, session, min_score=min_score)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """See `ObjectDetector`."""
        inputs = ({PICTURES: resized(frame.image, self._size_wh)[None]} for frame in frames)
        outputs = run_pictures(self._session, inputs)
        return [
            self._detections(output, frame) for output, frame in zip(outputs, frames, strict=True)
        ]

    def _detections(self, outputs: Mapping[str, NDArray[Any]], frame: Frame) -> Detections:
        boxes, scores, class_ids = decode(outputs, self.use.name)
        if self._class_of:
            class_ids = np.array([self._class_of.get(int(i), -1) for i in class_ids], np.int64)
        known = (class_ids >= 0) & (class_ids < len(self.labels))
        limits = np.array(self.limits.shown, np.float32)[np.where(known, class_ids, 0)]
        pixels = clip_boxes(boxes * np.tile(np.array(frame.size_wh, np.float32), 2), frame.size_wh)
        has_area = np.all(pixels[:, 2:] > pixels[:, :2], axis=1)
        rows = np.flatnonzero(known & has_area & (scores >= limits))
        rows = rows[np.argsort(-scores[rows], kind="stable")][:MAX_DETECTIONS]
        return Detections(pixels[rows], scores[rows], class_ids[rows], self.labels)


def _graph(card: ModelCard, path: Path) -> Graph:
    """The network at `path` for pictures as they are, and nothing else."""

    def make() -> bytes:
        from playbill.models.picture_input import taking_pictures  # noqa: PLC0415 - see `graph`

        network = without_sizes(path.read_bytes(), card.name)
        return taking_pictures(network, card.name, card.input)

    return Graph.of(make, card.files[0].sha256, card.input, "dfine")
