"""A face must look like one: a second network looks at what a detector takes for faces.

Detectors err in different places: of a motorcycle one takes the wheel for a face, another the
headlamp. So the last of MTCNN's networks looks again at the few boxes that another detector found.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.ports import FaceDetector
from playbill.models.candidates import squares
from playbill.models.cards import ModelCard
from playbill.models.face_crops import warped
from playbill.models.graph import PICTURES
from playbill.models.mtcnn_weights import mtcnn_graph, read_networks
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pyramid import rounded_up
from playbill.models.session import open_session
from playbill.models.store import ModelStore

MIN_SCORE = 0.7
"""Of what both networks say: one of 164 pictures of COCO without people keeps a false face, none of
43 others (docs/decisions/0029-face-detection.md)."""
SIDE = 48
"""Pixels of the squares that the network looks at."""
FIELDS = (0.8, 1.0, 1.25)
"""Sides of the squares that are cut out of each face, in longer sides of its box: the network was
taught boxes of another detector, and one that fits a little worse must not cost the face."""
AT_ONCE = 16
"""Squares in a batch; the last one is filled up, so that every batch has the same shape."""


class OnetCheck:
    """How much each found face looks like one to MTCNN's last network."""

    def __init__(self, session: Session, sha256: str) -> None:
        """`session` takes (n, 48, 48, 3) pictures; `sha256` is of the model that it is part of."""
        self._session, self.sha256 = session, sha256

    @classmethod
    def open(
        cls, card: ModelCard, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
    ) -> "OnetCheck":
        """Open the last network of the MTCNN of `card`.

        Raises:
            ModelError: see `mtcnn_weights.read_networks` and `session.open_session`.
        """
        networks = read_networks(card, store)
        graph = mtcnn_graph(networks, "onet", card, ("prob",))
        return cls(open_session(graph, f"{card.name} onet", options), networks.sha256)

    def scores(self, frames: Sequence[Frame], faces: Sequence[Faces]) -> list[NDArray[np.float32]]:
        """(n,) for the faces of each frame, 0 to 1: the mean over squares of several sizes."""
        squares_of = [_squares(frame, found) for frame, found in zip(frames, faces, strict=True)]
        crops = np.concatenate([np.empty((0, SIDE, SIDE, 3), np.uint8), *squares_of])
        filled = np.zeros((rounded_up(len(crops), AT_ONCE), SIDE, SIDE, 3), np.uint8)
        filled[: len(crops)] = crops
        answers = self._session.run_each(
            {PICTURES: filled[start : start + AT_ONCE]} for start in range(0, len(filled), AT_ONCE)
        )
        said = np.concatenate(
            [np.empty(0, np.float32), *(answer["prob"][:, 1] for answer in answers)]
        )
        means = said[: len(crops)].reshape(-1, len(FIELDS)).mean(axis=1)
        ends = np.cumsum([len(found) for found in faces], dtype=int)
        return [means[end - len(found) : end] for end, found in zip(ends, faces, strict=True)]


class CheckedDetector:
    """A `FaceDetector`: what another one finds, as far as it looks like a face to a second network.

    The score is the geometric mean of what both say. The landmarks are the detector's.
    """

    def __init__(self, detector: FaceDetector, check: OnetCheck, *, min_score: float) -> None:
        """`detector` has to find what scores at least `min_proposal(min_score)`."""
        self.detector, self._check = detector, check
        self.min_score = min_score
        digests = (detector.use.sha256 + check.sha256).encode("ascii")
        self.use = replace(detector.use, sha256=sha256(digests).hexdigest())

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        """See `FaceDetector`."""
        found = self.detector.detect(frames)
        looks = self._check.scores(frames, found)
        return [self._confirmed(faces, scores) for faces, scores in zip(found, looks, strict=True)]

    def _confirmed(self, faces: Faces, looks: NDArray[np.float32]) -> Faces:
        scores = np.sqrt(faces.scores * looks)
        order = np.argsort(-scores, kind="stable")
        rows = order[scores[order] >= self.min_score]
        return Faces(faces.boxes_xyxy[rows], scores[rows], faces.landmarks[rows])


def min_proposal(min_score: float) -> float:
    """What a detector must score at least for a face that the second network is sure of."""
    return min_score**2


def _squares(frame: Frame, faces: Faces) -> NDArray[np.uint8]:
    """(n x fields, 48, 48, 3) around each face, row by row."""
    crops = [
        warped(frame.image, matrix, (SIDE, SIDE))
        for box in squares(faces.boxes_xyxy)
        for matrix in _placements(box)
    ]
    return np.stack(crops) if crops else np.empty((0, SIDE, SIDE, 3), np.uint8)


def _placements(square_xyxy: Boxes) -> list[NDArray[np.float64]]:
    """What brings squares of `FIELDS` around one box into the network's."""
    middle = (square_xyxy[:2] + square_xyxy[2:]) / 2
    side = float(square_xyxy[2] - square_xyxy[0])
    scales = [SIDE / (side * field) for field in FIELDS]
    return [
        np.array([[s, 0, SIDE / 2 - s * middle[0]], [0, s, SIDE / 2 - s * middle[1]]])
        for s in scales
    ]
