"""Pictures that hold points: what a face looks like is drawn into it, and read out of it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from playbill.core.cohort import Cohort
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.models.cards import InputContract, ModelCard, ModelFile, Strangers
from playbill.pipeline.opening import Describer
from tests.support.fakes import BrightnessFaces, use_of
from tests.support.people import CARD, SPACE, pictures

DIMENSIONS = 16
SIDE = 4 * DIMENSIONS


def draw(path: Path, vector: NDArray[np.float32]) -> Path:
    """A picture of upright stripes, as bright as the coordinates of `vector` are large."""
    stripes = np.round(127.5 + 127 * vector).astype(np.uint8).repeat(SIDE // DIMENSIONS)
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(np.broadcast_to(stripes[None, :, None], (SIDE, SIDE, 3)).copy()).save(path)
    return path


def drawn_point(path: Path) -> NDArray[np.float32]:
    """What `draw` drew."""
    middles = np.asarray(Pillow.open(path))[0, SIDE // DIMENSIONS // 2 :: SIDE // DIMENSIONS, 0]
    return ((middles.astype(np.float64) - 127.5) / 127).astype(np.float32)


def draw_people(
    folder: Path, counts: Sequence[int], *, noise: float = 0.3, seed: int = 0
) -> list[Path]:
    """`Person_0`, `Person_1`, ... with so many pictures each, which look alike up to `noise`."""
    vectors, owners = pictures(len(counts), max(counts), noise=noise, seed=seed)
    return [
        draw(folder / f"Person_{person}" / f"{number}.png", vector)
        for person, count in enumerate(counts)
        for number, vector in enumerate(vectors[owners == person][:count])
    ]


@dataclass
class StripeEmbedder:
    """Reads the point out of the picture."""

    space: str = SPACE
    use: ModelUse = field(default_factory=lambda: use_of("face-embedding"))
    cohort: Cohort | None = None
    asked: int = 0
    """How many pictures it has seen."""

    def embed(
        self,
        frames: Sequence[Frame],
        faces: Sequence[Faces],
        *,
        thorough: bool = False,  # noqa: ARG002 - a second look shows the same
    ) -> list[Embeddings]:
        self.asked += len(frames)
        return [self._embed(frame, len(found)) for frame, found in zip(frames, faces, strict=True)]

    def _embed(self, frame: Frame, count: int) -> Embeddings:
        step = frame.image.shape[1] // DIMENSIONS
        row = frame.image[0, step // 2 :: step, 0].astype(np.float32) - 127.5
        return Embeddings.normalised(np.tile(row[:DIMENSIONS], (count, 1)), self.space)


def card_of(*, strangers: bool = True) -> ModelCard:
    """Of `StripeEmbedder`."""
    return ModelCard(
        name="net",
        task="face-embedding",
        architecture="facenet",
        files=(ModelFile("net.onnx", "0123456789ab" * 5 + "0123"),),
        licence="MIT",
        source="a test",
        input=InputContract((32, 32), "RGB", 127.5, 128),
        strangers=Strangers(0.0, 0.1, CARD.quantiles, CARD.n, CARD.measured_on)
        if strangers
        else None,
    )


def describer(*, strangers: bool = True) -> Describer:
    """Finds a face in whatever is not black, and reads it."""
    return Describer(BrightnessFaces(), StripeEmbedder(), card_of(strangers=strangers))
