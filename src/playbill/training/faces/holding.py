"""A network that is fine-tuned stays where it was: nothing that its start knew is forgotten.

What the start says of a face as it is, the network is to say of it however it is shown: small,
soft, grey, compressed. So it gains on such views and moves nowhere else (Li and Hoiem, 2016,
"Learning without forgetting"; Hinton et al., 2015, for the direction of a vector).

The start is asked three times: about the face, its mirror image, and the face cut closer. The mean
of its answers tells people apart better than any of them, and one look of the network is to say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.atomic import atomic_path
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
    start: Teacher,
    samples: FaceSamples,
    pictures: NDArray[np.uint8],
    path: Path,
    key: str,
    *,
    size_px: int,
) -> HeldFaces:
    """Ask the start where it sees the faces of `samples` and of `pictures`, or read what it said.

    Args:
        start: the network before it is trained.
        samples: faces of people.
        pictures: faces without a name, cut likewise.
        path: where the answers are kept, for when the training goes on after a kill.
        key: of all that they depend on.
        size_px: the side of what the network sees.

    Raises:
        OutputError: the file cannot be written.
    """
    said = _read(path, key)
    if said is None:
        said = tuple(_seen(start, faces, size_px) for faces in (samples.pictures, pictures))
        with atomic_path(path) as part, part.open("wb") as file:
            np.savez(file, key=np.array(key), named=said[0], unnamed=said[1])
    return HeldFaces(said[0], pictures, said[1])


def _read(path: Path, key: str) -> tuple[NDArray[np.float32], ...] | None:
    """What lies there under the same key; None: nothing."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            return (found["named"], found["unnamed"]) if str(found["key"]) == key else None
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        return None


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
