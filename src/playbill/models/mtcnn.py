"""MTCNN (Zhang et al., 2016): faces and five landmarks by three networks, coarse to fine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, clip_boxes, nms
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.models.cards import ModelCard
from playbill.models.mtcnn_weights import read_networks
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.picture_input import PICTURES, taking_pictures
from playbill.models.pyramid import Pyramid, build_pyramid, crop_squares
from playbill.models.session import open_session
from playbill.models.store import ModelStore

CELL = 12
"""Pixels: the side of the square that the first network looks at."""
STRIDE = 2
"""Pixels between two such squares."""


@dataclass(frozen=True, slots=True)
class MtcnnSettings:
    """What is looked for, and how strict the three networks are."""

    min_face_px: float = 20
    """The side of the smallest face looked for."""
    max_side_px: int = 1280
    """The longest side of what the first network sees; bounds memory, and raises the smallest face
    of pictures that are larger than `max_side_px * min_face_px / 12`."""
    factor: float = 0.709
    """Between two levels of the pyramid: half the area."""
    min_scores: tuple[float, float, float] = (0.6, 0.7, 0.7)
    """Of the first, second and third network."""
    batch: int = 64
    """Crops that the second and third network see at once; bounds memory."""


DEFAULT_SETTINGS = MtcnnSettings()


class Candidates(NamedTuple):
    """Squares that may be faces, in the picture that `pictures` says."""

    pictures: NDArray[np.int64]
    """(n,) which of the pictures."""
    boxes_xyxy: Boxes
    scores: NDArray[np.float32]


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

        def opened(network: bytes, stage: str) -> Session:
            name = f"{card.name} {stage}"
            return open_session(taking_pictures(network, name, card.input), name, options)

        pnet = opened(networks.pnet, "pnet")
        sessions = pnet, opened(networks.rnet, "rnet"), opened(networks.onet, "onet")
        use = ModelUse(
            task=card.task,
            name=card.name,
            sha256=networks.sha256,
            runtime=pnet.runtime,
            device=pnet.device,
            precision=pnet.precision,
        )
        return cls(sessions, use, settings)

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        """Find faces; the crops of all frames share the batches of the later networks."""
        pyramids = [self._pyramid(frame) for frame in frames]
        proposed = [self._propose(i, pyramid) for i, pyramid in enumerate(pyramids)]
        refined = self._refine(pyramids, _joined(proposed))
        return self._finish(pyramids, refined)

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
        answers = self._pnet.run_each([{PICTURES: level[None]} for level in pyramid.levels[1:]])
        found = [
            _cells(answer, scale_xy, self.settings.min_scores[0])
            for answer, scale_xy in zip(answers, pyramid.scales_xy[1:], strict=True)
        ]
        boxes = np.concatenate([np.empty((0, 4), np.float32), *(boxes for boxes, _, _ in found)])
        shifts = np.concatenate([np.empty((0, 4), np.float32), *(shift for _, shift, _ in found)])
        scores = np.concatenate([np.empty(0, np.float32), *(score for _, _, score in found)])
        kept = nms(boxes, scores, 0.7)
        squares = _squares(_shifted(boxes[kept], shifts[kept]))
        return Candidates(np.full(len(kept), picture), squares, scores[kept])

    def _refine(self, pyramids: Sequence[Pyramid], candidates: Candidates) -> Candidates:
        """Stage two: throw most of them away, and move the others."""
        answer = self._look(self._rnet, pyramids, candidates, side=24)
        good = answer["prob"][:, 1] > self.settings.min_scores[1]
        found = Candidates(
            candidates.pictures[good], candidates.boxes_xyxy[good], answer["prob"][good, 1]
        )
        kept = _nms_by_picture(found, 0.7)
        shifts = answer["reg"][good][kept]
        squares = _squares(_shifted(found.boxes_xyxy[kept], shifts))
        return Candidates(found.pictures[kept], squares, found.scores[kept])

    def _finish(self, pyramids: Sequence[Pyramid], candidates: Candidates) -> list[Faces]:
        """Stage three: the final say, with landmarks."""
        answer = self._look(self._onet, pyramids, candidates, side=48)
        faces = []
        for i, pyramid in enumerate(pyramids):
            good = (candidates.pictures == i) & (answer["prob"][:, 1] > self.settings.min_scores[2])
            squares, scores = candidates.boxes_xyxy[good], answer["prob"][good, 1]
            boxes = _shifted(squares, answer["reg"][good])
            shares = answer["landmarks"][good].reshape(-1, 2, 5).transpose(0, 2, 1)
            sides = squares[:, None, 2:] - squares[:, None, :2]
            landmarks = squares[:, None, :2] + shares * sides
            height, width = pyramid.levels[0].shape[:2]
            clipped = clip_boxes(boxes, (width, height))
            kept = nms(boxes, scores, 0.7, over="minimum")
            kept = kept[(clipped[kept, 2:] > clipped[kept, :2]).all(axis=1)]
            faces.append(Faces(clipped[kept], np.clip(scores[kept], 0, 1), landmarks[kept]))
        return faces

    def _look(
        self, network: Session, pyramids: Sequence[Pyramid], candidates: Candidates, *, side: int
    ) -> dict[str, NDArray[np.float32]]:
        """What a network says about each candidate, cut out at `side` x `side`, by batches."""
        answers: list[dict[str, NDArray[Any]]] = []
        for start in range(0, max(len(candidates.scores), 1), self.settings.batch):
            part = slice(start, start + self.settings.batch)
            pictures, boxes = candidates.pictures[part], candidates.boxes_xyxy[part]
            crops = np.empty((len(boxes), side, side, 3), np.uint8)
            for i in np.unique(pictures):
                crops[pictures == i] = crop_squares(pyramids[i], boxes[pictures == i], side)
            answers.append(network.run({PICTURES: crops}))
        return {key: np.concatenate([answer[key] for answer in answers]) for key in answers[0]}


def _cells(
    answer: dict[str, NDArray[np.float32]], scale_xy: NDArray[np.float32], min_score: float
) -> tuple[Boxes, Boxes, NDArray[np.float32]]:
    """The cells of one level that may show a face: their boxes, shifts and scores."""
    scores = answer["prob"][0, 1]
    rows, columns = np.nonzero(scores > min_score)
    top_left = np.stack([columns, rows], axis=1) * np.float32(STRIDE)
    boxes: Boxes = np.concatenate([top_left, top_left + CELL], axis=1, dtype=np.float32)
    boxes /= np.tile(scale_xy, 2)
    found = scores[rows, columns]
    kept = nms(boxes, found, 0.5)
    return boxes[kept], answer["reg"][0][:, rows, columns].T[kept], found[kept]


def _joined(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([np.empty(0, np.int64), *(part.pictures for part in parts)]),
        np.concatenate([np.empty((0, 4), np.float32), *(part.boxes_xyxy for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.scores for part in parts)]),
    )


def _nms_by_picture(candidates: Candidates, max_overlap: float) -> NDArray[np.int64]:
    kept = [np.empty(0, np.int64)]
    for i in np.unique(candidates.pictures):
        rows = np.flatnonzero(candidates.pictures == i)
        kept.append(rows[nms(candidates.boxes_xyxy[rows], candidates.scores[rows], max_overlap)])
    return np.concatenate(kept)


def _shifted(boxes_xyxy: Boxes, shifts: Boxes) -> Boxes:
    """Move each edge by its share of the box's side."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return boxes_xyxy + shifts * np.tile(sides, 2)


def _squares(boxes_xyxy: Boxes) -> Boxes:
    """The square on each box's centre with its longer side."""
    centres = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    half = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)
