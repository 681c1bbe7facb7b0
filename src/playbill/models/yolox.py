"""YOLOX (Ge et al., 2021): an anchor-free detector."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.detections import Detections
from playbill.core.frame import Frame, Image
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.graph import PICTURES, Graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pictures import model_use, output_of, resized, run_pictures
from playbill.models.selection import select_detections
from playbill.models.session import open_session
from playbill.models.store import ModelStore
from playbill.models.thresholds import score_limits

MIN_SCORE = 0.3
"""Where the F1 score is best on COCO pictures that nothing else was fitted to; a card's
thresholds go before it."""
STRIDES = (8, 16, 32)
"""Pixels between the cells of each grid."""
PADDING = 114
"""The grey around letterboxed pictures."""


def inner_size(size_wh: tuple[int, int], outer_wh: tuple[int, int]) -> tuple[int, int]:
    """The largest width and height of the shape of `size_wh` that fit into `outer_wh`."""
    ratio = min(outer_wh[0] / size_wh[0], outer_wh[1] / size_wh[1])
    return max(1, round(size_wh[0] * ratio)), max(1, round(size_wh[1] * ratio))


def letterbox(image: Image, outer_wh: tuple[int, int]) -> Image:
    """Fit `image` into the top left of a grey picture of `outer_wh`, its shape kept."""
    height, width = image.shape[:2]
    inner_wh = inner_size((width, height), outer_wh)
    canvas = np.full((outer_wh[1], outer_wh[0], 3), PADDING, np.uint8)
    canvas[: inner_wh[1], : inner_wh[0]] = resized(image, inner_wh)
    return canvas


def grid_cells(size_wh: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The cells of all grids in the order of the network's rows: top to bottom, finest first.

    Returns:
        (n, 2) column and row of each cell in its grid, and (n, 1) the grid's stride in pixels.
    """
    cells, strides = [], []
    for stride in STRIDES:
        columns, rows = size_wh[0] // stride, size_wh[1] // stride
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        cells.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        strides.append(np.full((rows * columns, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def decode_boxes(
    raw: NDArray[np.float32], cells: NDArray[np.float32], strides: NDArray[np.float32]
) -> Boxes:
    """Offsets to grid cells -> (n, 4) left, top, right, bottom in pixels of the letterbox.

    Args:
        raw: (n, 4) x and y relative to the cell in strides, width and height in strides as
            logarithms.
        cells: (n, 2) column and row.
        strides: (n, 1) pixels.
    """
    centres = (raw[:, :2] + cells) * strides
    with np.errstate(over="ignore"):  # an endless side is cut off at the picture's edges
        half_sides = np.exp(raw[:, 2:]) * strides / 2
    return np.concatenate([centres - half_sides, centres + half_sides], axis=1)


def _sized_graph(card: ModelCard, path: Path) -> Graph:
    """The network at `path`, for pictures as they are, of the size that `card` says."""

    def make() -> bytes:
        from playbill.models.picture_input import taking_pictures  # noqa: PLC0415 - see `graph`
        from playbill.models.yolox_sizes import sized  # noqa: PLC0415

        network = path.read_bytes()
        if card.input.size_wh:
            network = sized(network, card.name, card.input.size_wh)
        return taking_pictures(network, card.name, card.input)

    return Graph.of(make, card.files[0].sha256, card.input, "sized")


class YoloxDetector:
    """A graph of one picture -> `output` (1, cells, 5 + classes): box, objectness, class scores."""

    def __init__(
        self, card: ModelCard, session: Session, *, min_score: float | None = None
    ) -> None:
        """Try the graph, a session that takes pictures as they are, on a black one.

        Raises:
            ModelError: it does not take or give what the card says.
        """
        size_wh = card.input.size_wh
        if size_wh is None or any(side % STRIDES[-1] for side in size_wh):
            raise ModelError(
                f"{card.name}: the card of a YOLOX must say a size_wh in multiples of "
                f"{STRIDES[-1]}, found {size_wh}"
            )
        self.use: ModelUse = model_use(card, session)
        self.labels = card.labels
        self.limits = score_limits(card.labels, card.thresholds, min_score, MIN_SCORE)
        self._session = session
        self._size_wh = size_wh
        self._cells, self._strides = grid_cells(size_wh)
        self.detect([Frame.still(np.zeros((size_wh[1], size_wh[0], 3), np.uint8))])

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        *,
        min_score: float | None = None,
    ) -> "YoloxDetector":
        """Open the network of `card`, for pictures of the size that the card says.

        Args:
            card: of the network.
            store: where its file is.
            options: how it is to run.
            min_score: objects that score less are left out; None: as the card says of each class.

        Raises:
            ModelError: its file is missing, altered, or not what the card says.
        """
        session = open_session(_sized_graph(card, store.path(card)), card.name, options)
        return cls(card, session, min_score=min_score)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """See `ObjectDetector`."""
        outputs = run_pictures(self._session, map(self._inputs, frames))
        return [
            self._detections(output, frame) for output, frame in zip(outputs, frames, strict=True)
        ]

    def _inputs(self, frame: Frame) -> dict[str, NDArray[np.uint8]]:
        return {PICTURES: letterbox(frame.image, self._size_wh)[None]}

    def _detections(self, outputs: Mapping[str, NDArray[Any]], frame: Frame) -> Detections:
        shape = (1, len(self._cells), 5 + len(self.labels))
        output = output_of(outputs, "output", shape, self.use.name)[0]
        boxes = decode_boxes(output[:, :4], self._cells, self._strides)
        inner_wh = inner_size(frame.size_wh, self._size_wh)
        scale = np.array(frame.size_wh, np.float32) / np.array(inner_wh, np.float32)
        scores = output[:, 4:5] * output[:, 5:]
        return select_detections(
            boxes * np.tile(scale, 2),
            scores,
            self.labels,
            frame.size_wh,
            min_score=self.limits.shown,
        )
