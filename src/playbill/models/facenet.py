"""FaceNet (Schroff et al., 2015): a face as a point, near to those of the same person."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.cohort_file import open_cohort
from playbill.models.face_crops import CUTS, MARGIN, TIGHT_MARGIN, Cut
from playbill.models.graph import PICTURES, picture_graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions
from playbill.models.pictures import model_use
from playbill.models.session import open_session
from playbill.models.store import ModelStore

BATCHES = (1, 2, 4, 6, 8, 12, 16, 24, 32)
"""How many faces the network may see at once. The most bounds memory; and they are few, since a
runtime has to prepare itself for every new shape."""


class FaceNetEmbedder:
    """A `FaceEmbedder`: a network that sees one face at a time, cut out as its card says."""

    def __init__(
        self,
        session: Session,
        use: ModelUse,
        size_wh: tuple[int, int],
        cut: Cut,
        cohort: Cohort | None = None,
    ) -> None:
        self._session = session
        self._cut = cut
        self.size_wh = size_wh
        self.use = use
        self.cohort = cohort
        self.space = f"{use.name}@{use.sha256[:12]}"

    @classmethod
    def open(
        cls, card: ModelCard, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
    ) -> "FaceNetEmbedder":
        """Load the network of `card`.

        Raises:
            ModelError: the card says no input size, its cohort is damaged, or see
                `session.open_session`.
            ModelNotFound, ModelAltered: see `ModelStore.path`.
        """
        if card.input.size_wh is None:
            raise ModelError(f"{card.name}: the card must say the network's input size_wh")
        graph = picture_graph(card, store.path(card))
        session = open_session(graph, card.name, options)
        cut = CUTS[card.architecture]
        cohort = open_cohort(card, store)
        return cls(session, model_use(card, session), card.input.size_wh, cut, cohort)

    def embed(
        self, frames: Sequence[Frame], faces: Sequence[Faces], *, thorough: bool = False
    ) -> list[Embeddings]:
        """One row per face; the faces of all frames share batches.

        `thorough`: the mean direction of two crops, one of them with less around the face.
        """
        if not any(map(len, faces)):
            return [Embeddings(np.empty((0, 0), np.float32), self.space) for _ in frames]
        images = [frame.image for frame in frames]
        looks = [
            Embeddings.normalised(
                self.embed_crops(self._cut(images, faces, self.size_wh, margin)), self.space
            )
            for margin in ((MARGIN, TIGHT_MARGIN) if thorough else (MARGIN,))
        ]
        points = Embeddings.normalised(np.sum([look.vectors for look in looks], axis=0), self.space)
        ends = np.cumsum([len(found) for found in faces])[:-1]
        return [Embeddings(part, self.space) for part in np.split(points.vectors, ends)]

    def embed_crops(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        """(n, d) what the network says of crops of its `size_wh`, not normalised; n is at least 1.

        Raises:
            ModelError: it gives something else than one vector with a direction for each.
        """
        return np.concatenate(
            [
                self._run(crops[start : start + BATCHES[-1]])
                for start in range(0, len(crops), BATCHES[-1])
            ]
        )

    def _run(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        width, height = self.size_wh
        batch = next(size for size in BATCHES if size >= len(crops))
        pictures = np.zeros((batch, height, width, 3), np.uint8)
        np.stack(crops, out=pictures[: len(crops)])
        outputs = self._session.run({PICTURES: pictures})
        shapes = [values.shape for values in outputs.values()]
        if len(shapes) != 1 or len(shapes[0]) != 2:
            raise ModelError(f"{self.use.name}: the output must be one (n, d), found {shapes}")
        [vectors] = outputs.values()
        rows = np.asarray(vectors[: len(crops)], np.float32)
        lengths = np.linalg.norm(rows, axis=1)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise ModelError(f"{self.use.name}: the network gives no direction for a face")
        return rows
