"""Faces to look for in an archive, from pictures that show them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from playbill.archive.archive import Archive
from playbill.archive.search import spaces
from playbill.core.embeddings import Embeddings
from playbill.core.frame import Frame
from playbill.errors import ArchiveError
from playbill.media.images import read_image
from playbill.pipeline.enrol import with_room
from playbill.pipeline.opening import Describer


def example_faces(archive: Archive, describer: Describer, pictures: Iterable[Path]) -> Embeddings:
    """Every face of these pictures, each an example of its own, the largest of a picture first.

    Raises:
        MediaError: a picture cannot be read.
        ArchiveError: a picture shows no face, or the archive's faces were described by another
            network.
    """
    space = describer.embedder.space
    known = archive.database.read(spaces)
    if known and space not in known:
        raise ArchiveError(
            f"the archive's faces were described by {', '.join(known)}, "
            f"found {space} to describe the example: expected the same network"
        )
    vectors = [_faces(picture, describer).vectors for picture in pictures]
    return Embeddings(np.concatenate(vectors), space)


def _faces(picture: Path, describer: Describer) -> Embeddings:
    """The faces of one picture, looked for once more with room around it."""
    frame = Frame.still(read_image(picture))
    (faces,) = describer.detector.detect([frame])
    if not len(faces):
        frame = Frame.still(with_room(frame.image))
        (faces,) = describer.detector.detect([frame])
    if not len(faces):
        raise ArchiveError(f"{picture}: found no face, expected a picture of whom to look for")
    (points,) = describer.embedder.embed([frame], [faces])
    sides = faces.boxes_xyxy[:, 3] - faces.boxes_xyxy[:, 1]
    return Embeddings(points.vectors[np.argsort(-sides, kind="stable")], points.model)
