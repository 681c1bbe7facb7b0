"""All faces of folders of pictures, cut out with room around them; nobody needs to be named."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector
from playbill.errors import MediaError
from playbill.evaluation.faces.looks import central_face
from playbill.media.files import PICTURE_SUFFIXES, find_media
from playbill.media.images import read_image
from playbill.pipeline.prefetch import prefetch
from playbill.training.faces.collecting import FaceView, files_key
from playbill.training.faces.cut_store import (
    CutFace,
    FaceIndex,
    open_samples,
    read_index,
    write_index,
    writing,
)
from playbill.training.faces.cutting import FACE_CUTS, side_with_room
from playbill.training.lost import require_most

MIN_FACE_PX = 40
"""The shorter side of a face that is worth learning from: of less the teacher knows little."""
BATCH = 8

Hook = Callable[[int, int], None]
"""Is told how many of how many pictures are done."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundFaces:
    """Faces in the order of their pictures."""

    crops: NDArray[np.uint8]
    """(n, side, side, 3) with side = `cutting.side_with_room`; the middle is what networks see."""
    paths: tuple[Path, ...]
    """The picture of each."""
    refused: tuple[str, ...]
    """A sentence for each picture that could not be read."""


def collect_faces(
    paths: Sequence[Path],
    detector: FaceDetector,
    *,
    size_px: int,
    architecture: str = "facenet-aligned",
    only_main: bool = False,
    hook: Hook = lambda _done, _all: None,
) -> FoundFaces:
    """Find and cut out the faces of at least `MIN_FACE_PX` in pictures.

    Args:
        paths: of the pictures.
        detector: finds faces and landmarks.
        size_px: the side of what the network sees.
        architecture: of the network, a name of `cutting.FACE_CUTS`.
        only_main: take one face of a picture, large and near its middle.
        hook: for a progress bar.

    Raises:
        DatasetError: more than a quarter of the pictures cannot be read.
    """
    crops: list[Image] = []
    origins: list[Path] = []
    refused: list[str] = []
    done = 0
    frames = prefetch(_frames(paths), 2 * BATCH)
    while some := list(islice(frames, BATCH)):
        refused += [str(found) for _, found in some if isinstance(found, MediaError)]
        read = [(path, frame) for path, frame in some if isinstance(frame, Frame)]
        faces = detector.detect([frame for _, frame in read])
        for (path, frame), found in zip(read, faces, strict=True):
            wanted = central_face(frame, found) if only_main and len(found) else found
            cut = _cut(frame.image, wanted, size_px, architecture)
            crops += cut
            origins += [path] * len(cut)
        done += len(some)
        hook(done, len(paths))
    require_most("the pictures of faces", refused, len(paths))
    side = side_with_room(size_px)
    return FoundFaces(
        np.array(crops, np.uint8).reshape(-1, side, side, 3), tuple(origins), tuple(refused)
    )


def collect_unnamed(
    paths: Sequence[Path],
    detector: FaceDetector,
    view: FaceView,
    folder: Path,
    hook: Hook = lambda _done, _all: None,
) -> NDArray[np.uint8]:
    """The same, kept in `folder`, or what lies there from before.

    Returns:
        (n, side, side, 3), left on the disk until they are looked at.

    Raises:
        DatasetError: more than a quarter of the pictures cannot be read.
        OutputError: the folder cannot be written.
    """
    key = files_key(paths, detector, view)
    index = read_index(folder)
    if index is None or index.key != key:
        found = collect_faces(
            paths, detector, size_px=view.size_px, architecture=view.architecture, hook=hook
        )
        with writing(folder) as write:
            for face in found.crops:
                write(face)
        faces = tuple(CutFace("", str(path.absolute())) for path in found.paths)
        index = FaceIndex(key, side_with_room(view.size_px), faces, found.refused)
        write_index(folder, index)
    return open_samples(folder, index).pictures


def find_pictures(sources: Sequence[Path]) -> list[Path]:
    """Every picture under `sources`, folders or pictures.

    Raises:
        MediaError: a source is not there.
    """
    return [
        path
        for source in sources
        for path in find_media(source)
        if path.suffix.lower() in PICTURE_SUFFIXES
    ]


def _frames(paths: Sequence[Path]) -> Iterable[tuple[Path, Frame | MediaError]]:
    for path in paths:
        try:
            yield path, Frame.still(read_image(path))
        except MediaError as error:
            yield path, error


def _cut(image: Image, faces: Faces, size_px: int, architecture: str) -> list[Image]:
    sides = (faces.boxes_xyxy[:, 2:] - faces.boxes_xyxy[:, :2]).min(axis=1)
    large = np.flatnonzero(sides >= MIN_FACE_PX)
    return [FACE_CUTS[architecture](image, _one(faces, int(row)), size_px) for row in large]


def _one(faces: Faces, row: int) -> Faces:
    rows = slice(row, row + 1)
    return Faces(faces.boxes_xyxy[rows], faces.scores[rows], faces.landmarks[rows])
