"""From pictures of people to what a gallery is made of."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.datasets.people import PersonPicture
from playbill.errors import GalleryError, PlaybillError
from playbill.media.files import sha256_of
from playbill.media.images import read_image
from playbill.recognition.gallery import Enrolment

MAX_RIVAL = 0.5
"""A second face of at most this share of the first one's height stands in the background."""
ROOM_AROUND = 0.5
"""A picture in which no face is found is looked at again with this share of its size around it:
portraits are often cut so close that a detector misses what surrounds a face."""


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """What came of the pictures."""

    enrolments: tuple[Enrolment, ...]
    """One per person with at least one good picture, in order of first picture."""
    refused: tuple[PlaybillError, ...]
    """One for each picture that could not be used."""
    paths: Mapping[str, Path]
    """Of the pictures, by their SHA-256."""


def describe_portraits(
    portraits: Iterable[PersonPicture],
    detector: FaceDetector,
    embedder: FaceEmbedder,
    hook: Callable[[PersonPicture], None],
) -> Enrolled:
    """Find the one face of each picture and describe it; `hook` is told of each when it is done.

    A picture that cannot be read, shows no face, shows two people or is there under another name
    already goes to `refused`; the others go on.
    """
    vectors: dict[str, list[Embeddings]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    refused: list[PlaybillError] = []
    taken: dict[str, PersonPicture] = {}
    for portrait in portraits:
        try:
            digest = sha256_of(portrait.path)
            _require_one_name(portrait, taken.setdefault(digest, portrait))
            frame, face = one_face(portrait, detector)
        except PlaybillError as error:
            refused.append(error)
        else:
            vectors[portrait.name] += embedder.embed([frame], [face], thorough=True)
            sources[portrait.name].append(digest)
        hook(portrait)
    return Enrolled(
        tuple(
            Enrolment(name, _joined(points, embedder.space), sources[name])
            for name, points in vectors.items()
        ),
        tuple(refused),
        {digest: portrait.path for digest, portrait in taken.items()},
    )


def _require_one_name(portrait: PersonPicture, first: PersonPicture) -> None:
    """Refuse one picture under two names: each would look like a stranger who is somebody."""
    if portrait.name != first.name:
        raise GalleryError(
            f"{portrait.path}: is to show {portrait.name}, and is the same picture as "
            f"{first.path}, which is to show {first.name}: expected one name"
        )


def one_face(portrait: PersonPicture, detector: FaceDetector) -> tuple[Frame, Faces]:
    """The picture and the face that it is of, looked for once more with room around the picture.

    Raises:
        MediaError: the picture cannot be read.
        GalleryError: it shows no face, or two that it may be of.
    """
    frame = Frame.still(read_image(portrait.path))
    (faces,) = detector.detect([frame])
    if not len(faces):
        frame = Frame.still(with_room(frame.image))
        (faces,) = detector.detect([frame])
    return frame, only_face(faces, portrait)


def only_face(faces: Faces, portrait: PersonPicture) -> Faces:
    """The face that the portrait is of; small faces in the background do not count.

    Raises:
        GalleryError: there is none, or there are two that it may be of.
    """
    heights = faces.boxes_xyxy[:, 3] - faces.boxes_xyxy[:, 1]
    rivals = np.flatnonzero(heights > MAX_RIVAL * heights.max(initial=0))
    if len(rivals) != 1:
        found = f"{len(rivals)} faces" if len(rivals) else "no face"
        raise GalleryError(
            f"{portrait.path}: found {found}, expected one picture of {portrait.name} alone"
        )
    return Faces(faces.boxes_xyxy[rivals], faces.scores[rivals], faces.landmarks[rivals])


def with_room(image: Image) -> Image:
    """The picture in the middle of a larger one that goes on as its edges are."""
    rows, columns = (round(ROOM_AROUND * side) for side in image.shape[:2])
    return np.pad(image, ((rows, rows), (columns, columns), (0, 0)), mode="edge")


def _joined(points: Sequence[Embeddings], space: str) -> Embeddings:
    return Embeddings(np.concatenate([one.vectors for one in points]), space)
