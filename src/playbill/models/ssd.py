"""SSD, the single-shot detector (Liu et al., 2016)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.labels import COCO_90_TO_80
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.graph import PICTURES, picture_graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pictures import model_use, output_of, resized, run_pictures
from playbill.models.selection import select_detections
from playbill.models.session import open_session
from playbill.models.store import ModelStore
from playbill.models.thresholds import score_limits

MIN_SCORE = 0.5
"""Where the F1 score is best on COCO pictures that nothing else was fitted to; a card's
thresholds go before it."""
SCALES_YXHW = np.array([10, 10, 5, 5], np.float32)
"""What box offsets were multiplied with in training."""


def decode_boxes(encodings: NDArray[np.float32], anchors_yxhw: NDArray[np.float32]) -> Boxes:
    """Offsets to prior boxes -> (n, 4) left, top, right, bottom, in parts of the picture.

    Args:
        encodings: (n, 4) y, x, h, w: centres relative to the anchor's size, sizes as logarithms
            of their ratio to the anchor's, all times `SCALES_YXHW` (section 2.2 of the paper).
        anchors_yxhw: (n, 4) centres and sizes in parts of the picture.
    """
    offsets = encodings / SCALES_YXHW
    centres = offsets[:, :2] * anchors_yxhw[:, 2:] + anchors_yxhw[:, :2]
    with np.errstate(over="ignore"):  # an endless side is cut off at the picture's edges
        half_sides = np.exp(offsets[:, 2:]) * anchors_yxhw[:, 2:] / 2
    boxes_yxyx = np.concatenate([centres - half_sides, centres + half_sides], axis=1)
    return boxes_yxyx[:, [1, 0, 3, 2]]


class SsdDetector:
    """A graph of one picture -> `box_encodings` (1, n, 4) and `class_scores` (1, n, classes).

    Scores are sigmoids; class 0 is the background. The anchors, (n, 4) y, x, h, w in parts of the
    picture, are the second file of the model, since the graph may hold rounded ones.
    """

    def __init__(
        self,
        card: ModelCard,
        session: Session,
        anchors_yxhw: NDArray[np.float32],
        *,
        min_score: float | None = None,
    ) -> None:
        """Try the graph, a session that takes pictures as they are, on a black one.

        Raises:
            ModelError: it does not take or give what the card says.
        """
        if card.input.size_wh is None:
            raise ModelError(f"{card.name}: the card of an SSD must say size_wh")
        self.use: ModelUse = model_use(card, session)
        self.labels = card.labels
        self.limits = score_limits(card.labels, card.thresholds, min_score, MIN_SCORE)
        self._session = session
        self._size_wh = card.input.size_wh
        self._anchors = anchors_yxhw
        self._columns = class_columns(card)
        width, height = self._size_wh
        self.detect([Frame.still(np.zeros((height, width, 3), np.uint8))])

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        *,
        min_score: float | None = None,
    ) -> "SsdDetector":
        """Open the network and the anchors of `card`.

        Raises:
            ModelError: a file is missing, altered, or not what the card says.
        """
        files = store.files(card)
        if len(files) != 2:
            raise ModelError(
                f"{card.name}: an SSD has two files, the network and its anchors (.npy), the card "
                f"lists {len(files)}"
            )
        anchors = read_anchors(files[1], card.name)
        session = open_session(picture_graph(card, files[0]), card.name, options)
        return cls(card, session, anchors, min_score=min_score)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """See `ObjectDetector`."""
        outputs = run_pictures(self._session, map(self._inputs, frames))
        return [
            self._detections(output, frame) for output, frame in zip(outputs, frames, strict=True)
        ]

    def _inputs(self, frame: Frame) -> dict[str, NDArray[np.uint8]]:
        return {PICTURES: resized(frame.image, self._size_wh)[None]}

    def _detections(self, outputs: Mapping[str, NDArray[Any]], frame: Frame) -> Detections:
        rows, name = len(self._anchors), self.use.name
        encodings = output_of(outputs, "box_encodings", (1, rows, 4), name)[0]
        shape = (1, rows, int(self._columns.max()) + 1)
        scores = output_of(outputs, "class_scores", shape, name)[0][:, self._columns]
        boxes = decode_boxes(encodings, self._anchors)
        boxes *= np.array([*frame.size_wh, *frame.size_wh], np.float32)
        return select_detections(
            boxes, scores, self.labels, frame.size_wh, min_score=self.limits.shown
        )


def class_columns(card: ModelCard) -> NDArray[np.int64]:
    """Where in a row of `class_scores` the score of each label stands."""
    if card.label_set == "coco-90":
        return np.array(list(COCO_90_TO_80), np.int64)
    return np.arange(1, len(card.labels) + 1)


def read_anchors(path: Path, name: str) -> NDArray[np.float32]:
    """Read (n, 4) y, x, h, w of the model `name`.

    Raises:
        ModelError: the file holds something else.
    """
    try:
        anchors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(f"{name}: {path}: the anchors cannot be read: {error}") from error
    shape, kind = np.shape(anchors), getattr(anchors, "dtype", np.dtype(object)).kind
    if kind != "f" or len(shape) != 2 or shape[1] != 4:
        raise ModelError(f"{name}: {path}: anchors must be (n, 4) floats, found {shape}")
    if not (np.isfinite(anchors).all() and (anchors[:, 2:] > 0).all()):
        raise ModelError(f"{name}: {path}: anchors must be finite and have a height and width")
    return np.asarray(anchors, np.float32)
