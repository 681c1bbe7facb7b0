"""Cut faces on the disk: one file of pixels, which is never read at once, and a list of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from playbill.core.atomic import atomic_path
from playbill.core.frame import Image
from playbill.errors import DatasetError, OutputError
from playbill.training.faces.samples import FaceSamples

PIXELS, INDEX = "faces.u8", "faces.json"


@dataclass(frozen=True, slots=True)
class CutFace:
    """A face that was cut out."""

    name: str
    """The person's."""
    path: str
    """The picture's."""


@dataclass(frozen=True, slots=True)
class FaceIndex:
    """What lies in a folder of cut faces."""

    key: str
    """Of everything that the faces depend on."""
    side_px: int
    faces: tuple[CutFace, ...]
    refused: tuple[str, ...]
    """A sentence for each picture, and each person, that could not be used."""


def read_index(folder: Path) -> FaceIndex | None:
    """The list of the folder; None where there is none, or nothing of the kind."""
    try:
        found = json.loads((folder / INDEX).read_text("utf-8"))
        faces = tuple(CutFace(**face) for face in found.pop("faces"))
        return FaceIndex(**found | {"faces": faces, "refused": tuple(found["refused"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


@contextmanager
def writing(folder: Path) -> Iterator[Callable[[Image], None]]:
    """Make the folder and its file of pixels anew; call what is given with each face.

    The folder has no list until `write_index`, so a killed run leaves nothing that looks whole.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / INDEX).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    with atomic_path(folder / PIXELS) as part, part.open("wb") as file:

        def write(face: Image) -> None:
            file.write(face.tobytes())

        yield write


def write_index(folder: Path, index: FaceIndex) -> None:
    """Write what `read_index` reads.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_path(folder / INDEX) as part:
        part.write_text(json.dumps(asdict(index), indent=1), "utf-8")


def open_samples(folder: Path, index: FaceIndex) -> FaceSamples:
    """The faces that `index` lists, left on the disk until they are looked at.

    Raises:
        DatasetError: the file of pixels is gone or is of another length.
    """
    names, people = np.unique([face.name for face in index.faces], return_inverse=True)
    shape = (len(index.faces), index.side_px, index.side_px, 3)
    path = folder / PIXELS
    try:
        found = path.stat().st_size
    except OSError:
        found = 0
    if found != np.prod(shape):
        raise DatasetError(
            f"{path}: has {found} bytes, expected {np.prod(shape)} for the {len(index.faces)} "
            f"faces that {INDEX} lists: delete the folder to have them cut again"
        )
    return FaceSamples(
        np.memmap(path, np.uint8, mode="r", shape=shape),
        people.astype(np.int64),
        tuple(map(str, names)),
        tuple(face.path for face in index.faces),
    )
