"""Stand-ins that honour the ports of `core/ports.py`, with answers that follow from the input."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.core.limits import ScoreLimits
from playbill.core.people import Person
from playbill.core.run import GalleryUse, ModelUse

SPACE = "axes@000000000000"


def use_of(task: str) -> ModelUse:
    return ModelUse(task, "fake", "00" * 32, "numpy", "CPU", "float32")


@dataclass
class AxisRecogniser:
    """Knows one person per axis of the space: the score is the coordinate."""

    people: tuple[Person, ...]
    space: str = SPACE
    use: GalleryUse = field(
        default_factory=lambda: GalleryUse("fake", "00" * 32, 2, "centroid", 0.5, 0.01)
    )

    def score(self, embeddings: Embeddings) -> NDArray[np.float32]:
        return np.clip(embeddings.vectors[:, : len(self.people)], 0, 1)

    def probabilities(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """As sure as the score, but for a stranger's share of one part in ten."""
        scores = self.score(embeddings).astype(np.float64)
        shares: NDArray[np.float64] = scores / (scores.sum(axis=1, keepdims=True) + 0.1)
        return shares


def looks(*rows: Sequence[float]) -> Embeddings:
    """Embeddings that lean to each axis as told; the rest goes to one more axis."""
    told = np.array(rows, np.float32).reshape(len(rows), -1)
    rest = np.sqrt(np.clip(1 - (told**2).sum(axis=1, keepdims=True), 0, None))
    return Embeddings.normalised(np.concatenate([told, rest], axis=1), SPACE)


@dataclass
class BrightnessFaces:
    """Sees one face in the top left quarter of every picture that is not black."""

    use: ModelUse = field(default_factory=lambda: use_of("face-detection"))

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Frame) -> Faces:
        if not frame.image.any():
            return Faces.empty()
        width, height = frame.size_wh
        box = np.array([[0, 0, width / 2, height / 2]], np.float32)
        middle = np.full((1, 5, 2), (width / 4, height / 4), np.float32)
        return Faces(box, np.array([0.9], np.float32), middle)


@dataclass
class ColourEmbedder:
    """Faces look like the colour of their picture: red and green are the first two axes."""

    space: str = SPACE
    use: ModelUse = field(default_factory=lambda: use_of("face-embedding"))
    cohort: Cohort | None = None

    def embed(
        self,
        frames: Sequence[Frame],
        faces: Sequence[Faces],
        *,
        thorough: bool = False,  # noqa: ARG002 - a second look shows the same
    ) -> list[Embeddings]:
        return [
            looks(*[frame.image.mean(axis=(0, 1))[:2] / 255] * len(found))
            if len(found)
            else Embeddings(np.empty((0, 0), np.float32), self.space)
            for frame, found in zip(frames, faces, strict=True)
        ]


@dataclass
class BlueIsADog:
    """Sees a dog that fills every picture that is mostly blue."""

    labels: tuple[str, ...] = COCO_80
    limits: ScoreLimits = ScoreLimits.same(80, 0.5)  # noqa: RUF009 - frozen
    use: ModelUse = field(default_factory=lambda: use_of("object-detection"))

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Frame) -> Detections:
        if frame.image.mean(axis=(0, 1)).argmax() != 2 or not frame.image.any():
            return Detections.empty(COCO_80)
        width, height = frame.size_wh
        box = np.array([[0, 0, width, height]], np.float32)
        return Detections(box, np.array([0.8], np.float32), np.array([16]), COCO_80)
