"""From pictures to points: the one face of each, found and described once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.datasets.people import PersonPicture
from playbill.errors import MediaError, PlaybillError
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.looks import central_face, look_at
from playbill.evaluation.progress import Hook, no_hook
from playbill.media.images import read_image
from playbill.pipeline.enrol import ROOM_AROUND, only_face, with_room
from playbill.pipeline.prefetch import prefetch
from playbill.training.recogniser.described_file import DescribedFace, adding, read_described
from playbill.training.recogniser.pictures import ChosenPictures, Refusal, none_usable

AHEAD = 4
"""Pictures that are decoded while a network works on another."""


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """The pictures that show one face, as points."""

    people: EmbeddedPeople
    digests: tuple[str, ...]
    """(n,) the SHA-256 of each picture."""
    refused: tuple[Refusal, ...]
    """One for each picture that could not be used, in order."""


def describe(
    chosen: ChosenPictures,
    detector: FaceDetector,
    embedder: FaceEmbedder,
    folder: Path,
    hook: Hook = no_hook,
    *,
    central: bool = False,
) -> Described:
    """Find and describe the one face of each picture, as enrolment does.

    Faces are noted in `folder` as they come, and taken from there when they are there already.
    A picture that cannot be read, shows no face or shows two people is refused; the others go on.

    Args:
        chosen: the pictures.
        detector: finds faces.
        embedder: describes them.
        folder: of the training.
        hook: is told how many pictures are done, and of how many.
        central: of several faces take the large one near the middle, instead of refusing them.

    Raises:
        DatasetError: no picture shows one face.
        OutputError: the faces cannot be noted.
    """
    known = read_described(folder)
    faces = {i: known[digest] for i, digest in enumerate(chosen.digests) if digest in known}
    to_do = [row for row in range(len(chosen.digests)) if row not in faces]
    done = len(faces)
    refused: list[Refusal] = []
    with adding(folder, known) as write:
        for row, read in prefetch(_read(chosen.pictures.pictures, to_do), AHEAD):
            picture = chosen.pictures.pictures[row]
            try:
                frame, face, room_xy = _find(_readable(read), detector)
                face = only_face(central_face(frame, face) if central else face, picture)
                faces[row] = _described(frame, face, room_xy, embedder)
            except PlaybillError as error:
                refused.append(Refusal(picture.name, str(error)))
            else:
                write(chosen.digests[row], faces[row])
            done += 1
            hook(done, len(chosen.digests))
    if not faces:
        raise none_usable(chosen.pictures.folder, len(chosen.digests), refused)
    rows = sorted(faces)
    vectors = np.stack([faces[row].vector for row in rows])
    people = EmbeddedPeople(
        chosen.pictures.picked(rows),
        tuple(faces[row].look for row in rows),
        vectors,
        vectors,
        embedder.space,
        embedder.cohort,
    )
    return Described(people, tuple(chosen.digests[row] for row in rows), tuple(refused))


def _read(
    pictures: Sequence[PersonPicture], rows: Sequence[int]
) -> Iterator[tuple[int, Image | MediaError]]:
    for row in rows:
        try:
            yield row, read_image(pictures[row].path)
        except MediaError as error:
            yield row, error


def _readable(read: Image | MediaError) -> Image:
    if isinstance(read, MediaError):
        raise read
    return read


def _find(image: Image, detector: FaceDetector) -> tuple[Frame, Faces, NDArray[np.float32]]:
    """The picture, its faces, and (2,) how much room was put around it to find any.

    As portraits at enrolment, a picture in which none is found is looked at with room around it.
    """
    frame, room_xy = Frame.still(image), np.zeros(2, np.float32)
    (faces,) = detector.detect([frame])
    if not len(faces):
        sides = np.array(frame.size_wh)
        room_xy = np.array([round(ROOM_AROUND * side) for side in sides], np.float32)
        frame = Frame.still(with_room(image))
        (faces,) = detector.detect([frame])
    return frame, faces, room_xy


def _described(
    frame: Frame, face: Faces, room_xy: NDArray[np.float32], embedder: FaceEmbedder
) -> DescribedFace:
    """The one face of `face`, its box as it is in the picture without room."""
    (embeddings,) = embedder.embed([frame], [face], thorough=True)
    look = look_at(frame.image, face)
    left, top, right, bottom = (float(edge) for edge in face.boxes_xyxy[0] - np.tile(room_xy, 2))
    return DescribedFace(replace(look, box_xyxy=(left, top, right, bottom)), embeddings.vectors[0])
