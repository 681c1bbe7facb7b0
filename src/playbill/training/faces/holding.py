"""A network that is fine-tuned stays where it was: nothing that its start knew is forgotten.

What the start says of a face as it is, the network is to say of it however it is shown: small,
soft, grey, compressed. So it gains on such views and moves nowhere else (Li and Hoiem, 2016,
"Learning without forgetting"; Hinton et al., 2015, for the direction of a vector).

The start is asked three times: about the face, its mirror image, and the face cut closer. The mean
of its answers tells people apart better than any of them, and one look of the network is to say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.models.face_crops import MARGIN
from playbill.training.faces.augment import plain
from playbill.training.faces.samples import FaceSamples

CLOSER = (1 - MARGIN) / (1 - 0.12)
"""Of the side of a face as it is cut in use: the same face with a margin of 0.12 around its box."""


class Teacher(Protocol):
    """A network that says of faces what another is to say."""

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the faces it sees."""
        ...

    def embed_crops(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        """(n, d) of at least one face of that size."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HeldFaces:
    """Where the start sees faces."""

    named: NDArray[np.float32]
    """(people's faces, d) of length 1, of the faces that people are learned from."""
    pictures: NDArray[np.uint8]
    """(n, side, side, 3) faces of whom nobody says who they are, cut as `cutting.FACE_CUTS` do."""
    unnamed: NDArray[np.float32]
    """(n, d) of length 1, of `pictures`."""

    def __post_init__(self) -> None:
        if len(self.pictures) != len(self.unnamed):
            raise ValueError(
                f"pictures and unnamed must have one length, got {len(self.pictures)} and "
                f"{len(self.unnamed)}"
            )


def held_faces(
    start: Teacher, samples: FaceSamples, pictures: NDArray[np.uint8], *, size_px: int
) -> HeldFaces:
    """Ask the start where it sees the faces of `samples` and of `pictures`, shown as they are."""
    named, unnamed = (_seen(start, faces, size_px) for faces in (samples.pictures, pictures))
    return HeldFaces(named, pictures, unnamed)


def _seen(start: Teacher, faces: NDArray[np.uint8], size_px: int) -> NDArray[np.float32]:
    if not len(faces):
        return np.empty((0, 0), np.float32)
    whole = [plain(face, size_px) for face in faces]
    mirrored = [np.ascontiguousarray(face[:, ::-1]) for face in whole]
    closer = [_closer(face) for face in whole]
    answers = (_unit(start.embed_crops(views)) for views in (whole, mirrored, closer))
    return _unit(np.sum(list(answers), axis=0))


def _closer(face: Image) -> Image:
    """The middle of a face, as large as the face was."""
    side = face.shape[0]
    inner = round(CLOSER * side)
    edge = (side - inner) // 2
    middle = face[edge : edge + inner, edge : edge + inner]
    return np.asarray(cv2.resize(middle, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
