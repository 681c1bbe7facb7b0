"""YuNet (Wu et al., 2023): faces and five landmarks in one pass of a small network.

Wu, Peng, Yu: "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research 20.
Pictures of any size go through it, filled up to whole cells, since all of it is convolutions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, clip_boxes, nms
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.run import ModelUse
from playbill.models.cards import ModelCard
from playbill.models.graph import PICTURES, Graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pictures import model_use, output_of, run_pictures
from playbill.models.pyramid import rounded_up, scaled, with_round_sides
from playbill.models.session import open_session
from playbill.models.store import ModelStore
from playbill.models.yolox import STRIDES, decode_boxes, grid_cells
from playbill.models.yunet_map import PARTS, map_of

MAX_OVERLAP = 0.3
"""Of two boxes of one picture; more, and the worse one goes. As OpenCV has it."""
MAX_ENLARGEMENT = 2.0
CELL = STRIDES[-1]
"""Pixels: sides of the network's input are multiples of this."""


@dataclass(frozen=True, slots=True)
class YunetSettings:
    """What is looked for, and how strict the network is."""

    min_face_px: float = 12
    """The shorter side of the smallest face that counts; the network itself needs some 14 pixels of
    what it sees to be sure of half the faces, 20 for nearly all."""
    max_side_px: int = 960
    """The longest side of what the network sees; smaller pictures are enlarged to it, twice at
    most, so that it sees their small faces too."""
    min_score: float = 0.8
    """The geometric mean of "a face is here" and "this box fits it"."""
    close_up_side_px: int = 320
    """The longest side of a second look: the network was taught faces of up to 300 pixels, and one
    that fills a large picture is larger."""

    def __post_init__(self) -> None:
        if not 0 < self.min_score < 1:
            raise ValueError(f"min_score must lie between 0 and 1, got {self.min_score}")
        if self.min_face_px <= 0 or min(self.max_side_px, self.close_up_side_px) < CELL:
            raise ValueError("min_face_px, max_side_px and close_up_side_px are too small")


DEFAULT_SETTINGS = YunetSettings()


class Found(NamedTuple):
    """Faces in one picture, in any order."""

    boxes_xyxy: Boxes
    scores: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    """(n, 5, 2) x, y: eyes, nose, mouth corners."""


class YunetDetector:
    """A `FaceDetector`: a graph of one picture -> a map for each grid."""

    def __init__(
        self, card: ModelCard, session: Session, settings: YunetSettings = DEFAULT_SETTINGS
    ) -> None:
        """Try the graph, a session that takes pictures of any size, on a black one.

        Raises:
            ModelError: it does not take or give what a YuNet does.
        """
        self.use: ModelUse = model_use(card, session)
        self.settings = settings
        self._session = session
        self.detect([Frame.still(np.zeros((CELL, CELL, 3), np.uint8))])

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        settings: YunetSettings = DEFAULT_SETTINGS,
    ) -> "YunetDetector":
        """Open the network of `card`.

        Raises:
            ModelError: its file is missing, altered, or no YuNet.
        """
        path = store.path(card)

        def make() -> bytes:
            from playbill.models.yunet_graph import taking_any_size  # noqa: PLC0415 - see `graph`

            return taking_any_size(path.read_bytes(), card.name, card.input)

        graph = Graph.of(make, card.files[0].sha256, card.input)
        return cls(card, open_session(graph, card.name, options), settings)

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        """Find faces; each frame is looked at once or, where it is large, twice."""
        looks = [self._looks(frame.image) for frame in frames]
        inputs = (
            {PICTURES: with_round_sides(image, CELL)[None]} for images in looks for image in images
        )
        found = self._found(run_pictures(self._session, inputs), looks)
        return [
            self._faces(frame, [next(found) for _ in images])
            for frame, images in zip(frames, looks, strict=True)
        ]

    def _looks(self, image: Image) -> list[Image]:
        """The picture as the network sees it: at its size, and a smaller one for close-ups."""
        longest = max(image.shape[:2])
        first = _scaled(image, min(self.settings.max_side_px / longest, MAX_ENLARGEMENT))
        closer = self.settings.close_up_side_px / max(first.shape[:2])
        return [first, _scaled(first, closer)] if closer < 1 else [first]

    def _found(
        self, outputs: Iterator[Mapping[str, NDArray[Any]]], looks: Sequence[Sequence[Image]]
    ) -> Iterator[Found]:
        """What each look shows, in shares of the picture."""
        for images in looks:
            for image in images:
                height, width = image.shape[:2]
                size_wh = rounded_up(width, CELL), rounded_up(height, CELL)
                found = decode(next(outputs), size_wh, self.settings.min_score, self.use.name)
                share = np.reciprocal([width, height], dtype=np.float32)
                boxes = found.boxes_xyxy * np.tile(share, 2)
                yield Found(boxes, found.scores, found.landmarks * share)

    def _faces(self, frame: Frame, looks: Sequence[Found]) -> Faces:
        """What all looks show, each face once, cut off at the frame's edges."""
        boxes, scores, landmarks = (np.concatenate(parts) for parts in zip(*looks, strict=True))
        kept = nms(boxes, scores, MAX_OVERLAP)
        size = np.array(frame.size_wh, np.float32)
        boxes = clip_boxes(boxes[kept] * np.tile(size, 2), frame.size_wh)
        sides = boxes[:, 2:] - boxes[:, :2]
        seen = (sides > 0).all(axis=1) & (sides.min(axis=1) >= self.settings.min_face_px)
        return Faces(boxes[seen], scores[kept][seen], landmarks[kept][seen] * size)


def decode(
    outputs: Mapping[str, NDArray[Any]], size_wh: tuple[int, int], min_score: float, model: str
) -> Found:
    """The network's answer to a picture of `size_wh` -> the faces that score well enough.

    Raises:
        ModelError: an output is missing or has another shape; `model` is what the message says.
    """
    said = np.concatenate([_rows(outputs, stride, size_wh, model) for stride in STRIDES])
    scores = np.sqrt(_sigmoid(said[:, 0]) * _sigmoid(said[:, 1]))
    good = np.flatnonzero(scores >= min_score)
    corners, strides = (rows[good] for rows in grid_cells(size_wh))
    boxes = decode_boxes(said[good, 2:6], corners, strides)
    points = said[good, 6:].reshape(-1, 5, 2) + corners[:, None]
    return Found(boxes, scores[good], points * strides[:, None])


def _rows(
    outputs: Mapping[str, NDArray[Any]], stride: int, size_wh: tuple[int, int], model: str
) -> NDArray[np.float32]:
    """(cells, 16) what the network says of the cells of one grid, line by line."""
    planes = sum(PARTS.values())
    shape = (1, planes, size_wh[1] // stride, size_wh[0] // stride)
    return output_of(outputs, map_of(stride), shape, model).reshape(planes, -1).T


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # 1 / infinity is the 0 that is meant
        shares: NDArray[np.float32] = np.reciprocal(1 + np.exp(-logits), dtype=np.float32)
    return shares


def _scaled(image: Image, scale: float) -> Image:
    height, width = image.shape[:2]
    return scaled(image, (max(round(width * scale), 1), max(round(height * scale), 1)))
