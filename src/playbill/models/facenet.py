"""FaceNet (Schroff et al., 2015): a face as a point, near to those of the same person."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.picture_input import PICTURES, taking_pictures
from playbill.models.pictures import model_use
from playbill.models.session import open_session
from playbill.models.store import ModelStore

MARGIN = 44 / 160
"""Of the crop's side, both edges together: how the network's training faces were cut."""
BATCHES = (1, 2, 4, 6, 8, 12, 16, 24, 32)
"""How many faces the network may see at once. The most bounds memory; and they are few, since a
runtime has to prepare itself for every new shape."""


class FaceNetEmbedder:
    """A `FaceEmbedder`."""

    def __init__(self, session: Session, use: ModelUse, size_wh: tuple[int, int]) -> None:
        self._session = session
        self._size_wh = size_wh
        self.use = use
        self.space = f"{use.name}@{use.sha256[:12]}"

    @classmethod
    def open(
        cls, card: ModelCard, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
    ) -> "FaceNetEmbedder":
        """Load the network of `card`.

        Raises:
            ModelError: the card says no input size, or see `session.open_session`.
            ModelNotFound, ModelAltered: see `ModelStore.path`.
        """
        if card.input.size_wh is None:
            raise ModelError(f"{card.name}: the card must say the network's input size_wh")
        network = taking_pictures(store.path(card).read_bytes(), card.name, card.input)
        session = open_session(network, card.name, options)
        return cls(session, model_use(card, session), card.input.size_wh)

    def embed(self, frames: Sequence[Frame], faces: Sequence[Faces]) -> list[Embeddings]:
        """One row per face; the faces of all frames share batches."""
        boxes = [
            (frame.image, box)
            for frame, found in zip(frames, faces, strict=True)
            for box in with_margin(found.boxes_xyxy)
        ]
        rows = [
            self._run(boxes[start : start + BATCHES[-1]])
            for start in range(0, len(boxes), BATCHES[-1])
        ]
        if not rows:
            return [Embeddings(np.empty((0, 0), np.float32), self.space) for _ in frames]
        ends = np.cumsum([len(found) for found in faces])[:-1]
        return [
            Embeddings.normalised(part, self.space) for part in np.split(np.concatenate(rows), ends)
        ]

    def _run(self, boxes: Sequence[tuple[Image, NDArray[np.float32]]]) -> NDArray[np.float32]:
        width, height = self._size_wh
        batch = next(size for size in BATCHES if size >= len(boxes))
        crops = np.zeros((batch, height, width, 3), np.uint8)
        for i, (image, box) in enumerate(boxes):
            crops[i] = crop(image, box, self._size_wh)
        outputs = self._session.run({PICTURES: crops})
        shapes = [values.shape for values in outputs.values()]
        if len(shapes) != 1 or len(shapes[0]) != 2:
            raise ModelError(f"{self.use.name}: the output must be one (n, d), found {shapes}")
        [vectors] = outputs.values()
        rows = np.asarray(vectors[: len(boxes)], np.float32)
        lengths = np.linalg.norm(rows, axis=1)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise ModelError(f"{self.use.name}: the network gives no direction for a face")
        return rows


def with_margin(boxes_xyxy: Boxes) -> Boxes:
    """(n, 4) the boxes widened until the face fills all but `MARGIN` of them."""
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    more = sides * (MARGIN / (1 - MARGIN)) / 2
    return np.concatenate([boxes_xyxy[:, :2] - more, boxes_xyxy[:, 2:] + more], axis=1)


def crop(image: Image, box_xyxy: NDArray[np.float32], size_wh: tuple[int, int]) -> Image:
    """What of the box lies in the picture, at `size_wh`; a box outside shows its nearest pixel."""
    height, width = image.shape[:2]
    left, top, right, bottom = (int(edge) for edge in box_xyxy)
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    right, bottom = min(max(right, left + 1), width), min(max(bottom, top + 1), height)
    part = image[top:bottom, left:right]
    smaller = (right - left) * (bottom - top) > size_wh[0] * size_wh[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, size_wh, interpolation=how), np.uint8)
