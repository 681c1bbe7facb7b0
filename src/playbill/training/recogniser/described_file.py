"""`described.jsonl`: faces as points, a line each, so that a killed training goes on after them.

It belongs to one training: `run.json` beside it says by which networks.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError
from playbill.evaluation.faces.looks import FaceLook

FILE = "described.jsonl"


@dataclass(frozen=True, slots=True, eq=False)
class DescribedFace:
    """The one face of a picture, as a network describes it."""

    look: FaceLook
    vector: NDArray[np.float32]
    """(d,) of length 1."""


Write = Callable[[str, DescribedFace], None]
"""Notes the face of the picture with that SHA-256."""


def read_described(folder: Path) -> MappingProxyType[str, DescribedFace]:
    """What is there already, by the SHA-256 of the picture; a line that was cut off is left out."""
    path = folder / FILE
    found: dict[str, DescribedFace] = {}
    if path.exists():
        for line in path.read_text("utf-8", "replace").splitlines():
            try:
                digest, face = _parse(line)
            except (ValueError, KeyError, TypeError):
                continue
            found[digest] = face
    return MappingProxyType(found)


@contextmanager
def adding(folder: Path, known: MappingProxyType[str, DescribedFace]) -> Iterator[Write]:
    """Begin the file with `known`, without what was cut off; the rest is added as it comes.

    Raises:
        OutputError: the file cannot be written.
    """
    path = folder / FILE
    with atomic_path(path) as part:
        part.write_text("".join(_line(*entry) for entry in known.items()), "utf-8")
    try:
        with path.open("a", encoding="utf-8", buffering=1) as file:

            def write(digest: str, face: DescribedFace) -> None:
                file.write(_line(digest, face))

            yield write
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def _line(digest: str, face: DescribedFace) -> str:
    vector = base64.b64encode(face.vector.astype("<f4").tobytes()).decode("ascii")
    entry = {"picture": digest, **asdict(face.look), "vector": vector}
    return json.dumps(entry) + "\n"


def _parse(line: str) -> tuple[str, DescribedFace]:
    entry: dict[str, Any] = json.loads(line)
    left, top, right, bottom = (float(edge) for edge in entry["box_xyxy"])
    look = FaceLook((left, top, right, bottom), float(entry["sharpness"]), bool(entry["grey"]))
    vector = np.frombuffer(base64.b64decode(entry["vector"], validate=True), "<f4")
    if not np.isclose(np.linalg.norm(vector), 1, atol=1e-3):
        raise ValueError("the vector is not of length 1")
    return str(entry["picture"]), DescribedFace(look, vector.astype(np.float32))
