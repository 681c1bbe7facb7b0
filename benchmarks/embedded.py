"""Folders of people as embeddings, once a process, for all benchmarks that ask who it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.media.images import read_image
from playbill.models.catalogue import Choice, open_face_detector, open_face_embedder
from playbill.models.options import Precision, SessionOptions
from playbill.models.store import ModelStore

BATCH = 32
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedFolder:
    """The pictures of `FOLDER/NAME/*`, one face each, in the order of their paths."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    """The folder of each picture."""
    embeddings: Embeddings
    found: tuple[bool, ...]
    """Whether a face was found; where not, the central half of the picture stood in."""


@lru_cache(maxsize=4)
def embed_folder(folder: Path, *, precision: Precision = "auto") -> EmbeddedFolder:
    """One face of each picture in the sub-folders of `folder`.

    Of several faces in a picture it is the one that is large and near the middle.
    """
    store, options = ModelStore.default(), SessionOptions(precision=precision)
    choice = Choice()
    detector = open_face_detector(choice.face_detector, store, options)
    embedder = open_face_embedder(choice.face_embedder, store, options)
    paths = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in SUFFIXES)
    rows, found = [], []
    for part in _parts(paths):
        frames = [Frame.still(read_image(path)) for path in part]
        faces = detector.detect(frames)
        found += [len(some) > 0 for some in faces]
        chosen = [central_face(frame, some) for frame, some in zip(frames, faces, strict=True)]
        rows += [embeddings.vectors for embeddings in embedder.embed(frames, chosen)]
    names = tuple(path.parent.name for path in paths)
    vectors = Embeddings(np.concatenate(rows), embedder.space)
    return EmbeddedFolder(tuple(paths), names, vectors, tuple(found))


def central_face(frame: Frame, faces: Faces) -> Faces:
    """The largest face after its distance from the middle is taken off; else a central box."""
    width, height = frame.size_wh
    if not len(faces):
        box = np.array([[width / 4, height / 4, width * 3 / 4, height * 3 / 4]], np.float32)
        return Faces(box, np.zeros(1, np.float32), np.zeros((1, 5, 2), np.float32))
    boxes = faces.boxes_xyxy
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    off = (boxes[:, :2] + boxes[:, 2:]) / 2 - np.array([width, height]) / 2
    best = [int(np.argmax(areas - 2 * (off**2).sum(axis=1)))]
    return Faces(boxes[best], faces.scores[best], faces.landmarks[best])


def _parts(paths: list[Path]) -> Iterator[list[Path]]:
    rest = iter(paths)
    while part := list(islice(rest, BATCH)):
        yield part
