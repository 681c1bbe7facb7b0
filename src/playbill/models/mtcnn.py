"""MTCNN (Zhang et al., 2016): faces and five landmarks by three networks, coarse to fine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, clip_boxes, nms
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.models.candidates import (
    MAX_OVERLAP,
    Candidates,
    best_of_each_picture,
    confirmed,
    joined,
    shifted,
    squares,
)
from playbill.models.cards import ModelCard
from playbill.models.graph import MAP, PICTURES
from playbill.models.mtcnn_weights import OUTPUTS, Stage, mtcnn_graph, read_networks
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pyramid import (
    Pyramid,
    build_pyramid,
    crop_squares,
    rounded_up,
    with_round_sides,
)
from playbill.models.score_map import peaks
from playbill.models.session import open_session
from playbill.models.store import ModelStore

CELL = 12
"""Pixels: the side of the square that the first network looks at."""
STRIDE = 2
"""Pixels between two such squares."""
ROUND_SIDES = 16
"""The first network's input is filled up with black to multiples of this: a runtime has to prepare
itself for every new shape, which would take as long as running the network. Batches of the others
are filled up in the same way."""
WIDTHS = MappingProxyType({"reg": 4, "prob": 2, "landmarks": 10})
"""What the second and third network say about each crop, and with how many numbers."""


@dataclass(frozen=True, slots=True)
class MtcnnSettings:
    """What is looked for, and how strict the three networks are."""

    min_face_px: float = 20
    """The side of the smallest face looked for."""
    max_side_px: int = 800
    """The longest side of what the first network sees; bounds memory, and raises the smallest face
    of pictures that are larger than `max_side_px * min_face_px / 12`."""
    factor: float = 0.709
    """Between two levels of the pyramid: half the area."""
    min_scores: tuple[float, float, float] = (0.6, 0.7, 0.8)
    """Of the first, second and third network, above 0 and below 1. Zhang et al. have 0.7 for the
    third, at which wheels and knots pass as faces."""
    batch_pixels: int = 256 * 24 * 24
    """What the second and third network see at once, as crops; bounds memory."""

    def __post_init__(self) -> None:
        if not (0 < self.factor < 1 and all(0 < score < 1 for score in self.min_scores)):
            raise ValueError("factor and min_scores must lie between 0 and 1")
        if self.min_face_px <= 0 or self.max_side_px < CELL or self.batch_pixels < 8 * 48**2:
            raise ValueError("min_face_px, max_side_px and batch_pixels are too small")


DEFAULT_SETTINGS = MtcnnSettings()


class MtcnnDetector:
    """A `FaceDetector`."""

    def __init__(
        self,
        sessions: tuple[Session, Session, Session],
        use: ModelUse,
        settings: MtcnnSettings = DEFAULT_SETTINGS,
    ) -> None:
        self._pnet, self._rnet, self._onet = sessions
        self.use = use
        self.settings = settings

    @classmethod
    def open(
        cls,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions = DEFAULT_OPTIONS,
        settings: MtcnnSettings = DEFAULT_SETTINGS,
    ) -> "MtcnnDetector":
        """Load the three networks of `card`.

        Raises:
            ModelError: see `mtcnn_weights.read_networks` and `session.open_session`.
        """
        networks = read_networks(card, store)

        def opened(stage: Stage) -> Session:
            graph = mtcnn_graph(networks, stage, card, OUTPUTS[stage])
            return open_session(graph, f"{card.name} {stage}", options)

        pnet, rnet, onet = opened("pnet"), opened("rnet"), opened("onet")
        use = ModelUse(
            task=card.task,
            name=card.name,
            sha256=networks.sha256,
            runtime=pnet.runtime,
            device=pnet.device,
            precision=pnet.precision,
        )
        return cls((pnet, rnet, onet), use, settings)

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        """Find faces; the crops of all frames share the batches of the later networks."""
        pyramids = [self._pyramid(frame) for frame in frames]
        proposed = [self._propose(i, pyramid) for i, pyramid in enumerate(pyramids)]
        refined = self._refine(pyramids, joined(proposed))
        found = self._finish(pyramids, refined)
        landmarks = self._landmarks(pyramids, found)
        return [
            _faces_of(frame, found, landmarks, found.pictures == i)
            for i, frame in enumerate(frames)
        ]

    def _pyramid(self, frame: Frame) -> Pyramid:
        return build_pyramid(
            frame.image,
            cell_px=CELL,
            min_object_px=self.settings.min_face_px,
            max_side_px=self.settings.max_side_px,
            factor=self.settings.factor,
        )

    def _propose(self, picture: int, pyramid: Pyramid) -> Candidates:
        """Stage one: every cell of every level."""
        levels, scales_xy = pyramid.levels[1:], pyramid.scales_xy[1:]
        answers = self._pnet.run_each(
            {PICTURES: with_round_sides(level, ROUND_SIDES)[None]} for level in levels
        )
        found = [
            _cells(answer[MAP][0], level.shape, scale_xy, self.settings.min_scores[0])
            for answer, level, scale_xy in zip(answers, levels, scales_xy, strict=True)
        ]
        boxes = np.concatenate([np.empty((0, 4), np.float32), *(boxes for boxes, _, _ in found)])
        shifts = np.concatenate([np.empty((0, 4), np.float32), *(shift for _, shift, _ in found)])
        scores = np.concatenate([np.empty(0, np.float32), *(score for _, _, score in found)])
        kept = nms(boxes, scores, MAX_OVERLAP)
        boxes = squares(shifted(boxes[kept], shifts[kept]))
        return Candidates(np.full(len(kept), picture), boxes, scores[kept])

    def _refine(self, pyramids: Sequence[Pyramid], candidates: Candidates) -> Candidates:
        """Stage two: throw most of them away, and move the others."""
        answer = self._look(self._rnet, pyramids, candidates, side=24)
        found, shifts = confirmed(candidates, answer, self.settings.min_scores[1])
        kept = best_of_each_picture(found, over="union")
        found = found.rows(kept)
        return found._replace(boxes_xyxy=squares(shifted(found.boxes_xyxy, shifts[kept])))

    def _finish(self, pyramids: Sequence[Pyramid], candidates: Candidates) -> Candidates:
        """Stage three: the final say on boxes and scores."""
        answer = self._look(self._onet, pyramids, candidates, side=48)
        found, shifts = confirmed(candidates, answer, self.settings.min_scores[2])
        found = found._replace(boxes_xyxy=shifted(found.boxes_xyxy, shifts))
        return found.rows(best_of_each_picture(found, over="minimum"))

    def _landmarks(self, pyramids: Sequence[Pyramid], found: Candidates) -> NDArray[np.float32]:
        """(n, 5, 2) where the third network sees eyes, nose and mouth in the final boxes.

        Zhang et al. take what it said of the candidate instead; but which of several candidates for
        one face wins is a matter of chance, and moves landmarks by pixels. This settles them.
        """
        boxes = squares(found.boxes_xyxy)
        answer = self._look(self._onet, pyramids, found._replace(boxes_xyxy=boxes), side=48)
        shares = answer["landmarks"].reshape(-1, 2, 5).transpose(0, 2, 1)
        sides = boxes[:, None, 2:] - boxes[:, None, :2]
        landmarks: NDArray[np.float32] = boxes[:, None, :2] + shares * sides
        return landmarks

    def _look(
        self, network: Session, pyramids: Sequence[Pyramid], candidates: Candidates, *, side: int
    ) -> dict[str, NDArray[np.float32]]:
        """What a network says about each candidate, cut out at `side` x `side`, by batches."""
        count = len(candidates.scores)
        if not count:
            return {key: np.empty((0, width), np.float32) for key, width in WIDTHS.items()}
        batch = self.settings.batch_pixels // side**2
        parts = (
            candidates.rows(np.arange(i, min(i + batch, count))) for i in range(0, count, batch)
        )
        answers = list(
            network.run_each(
                {PICTURES: _crops(pyramids, part, side, rounded_up(len(part.scores), batch // 8))}
                for part in parts
            )
        )
        return {
            key: np.concatenate([answer[key] for answer in answers])[:count] for key in answers[0]
        }


def _crops(
    pyramids: Sequence[Pyramid], candidates: Candidates, side: int, count: int
) -> NDArray[np.uint8]:
    """(count, side, side, 3) the candidates cut out of their pictures, then black ones."""
    crops = np.zeros((count, side, side, 3), np.uint8)
    for i in np.unique(candidates.pictures):
        rows = np.flatnonzero(candidates.pictures == i)
        crops[rows] = crop_squares(pyramids[i], candidates.boxes_xyxy[rows], side)
    return crops


def _cells(
    shifts_and_logits: NDArray[np.float32],
    level_shape: tuple[int, ...],
    scale_xy: NDArray[np.float32],
    min_score: float,
) -> tuple[Boxes, Boxes, NDArray[np.float32]]:
    """The cells of one level that may show a face: their boxes, shifts and scores.

    Neighbouring cells overlap by more than half, which is too much for both to stay.
    """
    height, width = ((side - CELL + 1) // STRIDE + 1 for side in level_shape[:2])
    logits = shifts_and_logits[4, :height, :width]
    rows, columns = peaks(logits, math.log(min_score / (1 - min_score)))
    top_left = np.stack([columns, rows], axis=1) * np.float32(STRIDE)
    boxes: Boxes = np.concatenate([top_left, top_left + CELL], axis=1, dtype=np.float32)
    boxes /= np.tile(scale_xy, 2)
    scores = np.reciprocal(1 + np.exp(-logits[rows, columns]), dtype=np.float32)
    return boxes, shifts_and_logits[:4, rows, columns].T, scores


def _faces_of(
    frame: Frame, found: Candidates, landmarks: NDArray[np.float32], rows: NDArray[np.bool_]
) -> Faces:
    """What of `rows` lies in the frame, best first as it already is, cut off at its edges."""
    boxes = clip_boxes(found.boxes_xyxy[rows], frame.size_wh)
    seen = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    scores = np.clip(found.scores[rows][seen], 0, 1)
    return Faces(boxes[seen], scores, landmarks[rows][seen])
