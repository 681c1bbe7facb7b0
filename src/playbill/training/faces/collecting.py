"""From a folder of pictures per person to faces to learn from, looked for once."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import numpy as np

from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector
from playbill.datasets.people import PersonPicture
from playbill.errors import DatasetError, MediaError
from playbill.evaluation.faces.looks import central_face
from playbill.media.images import read_image
from playbill.pipeline.enrol import with_room
from playbill.pipeline.prefetch import prefetch
from playbill.training.faces.cut_store import (
    CutFace,
    FaceIndex,
    open_samples,
    read_index,
    write_index,
    writing,
)
from playbill.training.faces.cutting import FACE_CUTS, side_with_room
from playbill.training.faces.samples import FaceSamples
from playbill.training.lost import require_most

MIN_IMAGES = 2
"""With fewer pictures a person teaches nothing of what stays the same between them."""

Hook = Callable[[int, int], None]
"""Is told how many of how many pictures are done."""


@dataclass(frozen=True, slots=True)
class FaceView:
    """What a network sees of a face."""

    size_px: int
    architecture: str = "facenet"
    """A name of `cutting.FACE_CUTS`."""


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """Faces to learn from, and what could not be used."""

    samples: FaceSamples
    refused: tuple[str, ...]
    """A sentence for each picture, and each person."""


def choose_pictures(
    pictures: Sequence[PersonPicture], *, max_images: int, seed: int
) -> list[PersonPicture]:
    """At most so many pictures of a person, drawn by chance, sorted by person.

    People with fewer keep what they have; nothing is padded.
    """
    by_name: dict[str, list[PersonPicture]] = defaultdict(list)
    for picture in pictures:
        by_name[picture.name].append(picture)
    chosen = []
    for name, some in sorted(by_name.items()):
        own = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
        order = np.random.default_rng((seed, own)).permutation(len(some))
        chosen += [some[i] for i in np.sort(order[:max_images])]
    return chosen


def collect_faces(
    pictures: Sequence[PersonPicture],
    detector: FaceDetector,
    view: FaceView,
    folder: Path,
    hook: Hook = lambda _done, _all: None,
) -> Collected:
    """Cut the main face out of each picture into `folder`, or take what lies there from before.

    Args:
        pictures: sorted by person; see `choose_pictures`.
        detector: finds faces.
        view: how they are cut out.
        folder: is made; holds the faces, 120 kB each at 160 px, and the list of what they are.
        hook: for a progress bar.

    Raises:
        DatasetError: fewer than two people have `MIN_IMAGES` pictures that can be used, or more
            than a quarter of the pictures cannot be read.
        OutputError: the folder cannot be written.
    """
    key = _key(pictures, detector, view)
    index = read_index(folder)
    if index is None or index.key != key:
        index = _cut_out(pictures, detector, view, folder, key, hook)
        write_index(folder, index)
    found = {face.name for face in index.faces}
    if len(found) < 2:
        raise DatasetError(_too_few(len({p.name for p in pictures}), len(found), index.refused))
    return Collected(open_samples(folder, index), index.refused)


def _cut_out(  # noqa: PLR0917 - each is another kind of thing
    pictures: Sequence[PersonPicture],
    detector: FaceDetector,
    view: FaceView,
    folder: Path,
    key: str,
    hook: Hook,
) -> FaceIndex:
    """Write the faces of those of whom there are enough; the list of them all."""
    faces: list[CutFace] = []
    refused: list[str] = []
    unreadable: list[MediaError] = []
    with writing(folder) as write:
        cuts = _cuts(pictures, detector, view, hook)
        for name, some in groupby(cuts, key=lambda cut: cut[0].name):
            of_person = list(some)
            unreadable += [cut for _, cut in of_person if isinstance(cut, MediaError)]
            for picture, face in _usable(name, of_person, refused):
                write(face)
                faces.append(CutFace(name, str(picture.path.absolute())))
        require_most("the pictures of people", unreadable, len(pictures))
    return FaceIndex(key, side_with_room(view.size_px), tuple(faces), tuple(refused))


def files_key(paths: Iterable[Path], detector: FaceDetector, view: FaceView) -> str:
    """Of what cut faces depend on: the files as they are now, the detector, the view."""
    digest = sha256(json.dumps([asdict(detector.use), asdict(view)]).encode())
    for path in paths:
        try:
            now = path.stat()
            state = f"{now.st_size} {now.st_mtime_ns}"
        except OSError:
            state = "unreadable"
        digest.update(f"{path.absolute()}\0{state}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _key(pictures: Sequence[PersonPicture], detector: FaceDetector, view: FaceView) -> str:
    """Of what the faces of people depend on: who they are, too."""
    names = "\0".join([str(MIN_IMAGES), *(picture.name for picture in pictures)])
    files = files_key((picture.path for picture in pictures), detector, view)
    return sha256(f"{files}\0{names}".encode("utf-8", "surrogateescape")).hexdigest()


Cut = tuple[PersonPicture, Image | MediaError | DatasetError]


def _cuts(
    pictures: Sequence[PersonPicture], detector: FaceDetector, view: FaceView, hook: Hook
) -> Iterator[Cut]:
    """Each picture's face, or why there is none; the next pictures are decoded in a thread."""
    for done, (picture, read) in enumerate(prefetch(_read(pictures), 4), 1):
        if isinstance(read, MediaError):
            yield picture, read
        else:
            yield picture, _cut(picture, read, detector, view)
        hook(done, len(pictures))


def _read(pictures: Sequence[PersonPicture]) -> Iterator[tuple[PersonPicture, Frame | MediaError]]:
    for picture in pictures:
        try:
            yield picture, Frame.still(read_image(picture.path))
        except MediaError as error:
            yield picture, error


def _cut(
    picture: PersonPicture, frame: Frame, detector: FaceDetector, view: FaceView
) -> Image | DatasetError:
    for seen in (frame, Frame.still(with_room(frame.image))):
        (found,) = detector.detect([seen])
        if len(found):
            cut = FACE_CUTS[view.architecture]
            return cut(seen.image, central_face(seen, found), view.size_px)
    return DatasetError(f"{picture.path}: found no face, expected one of {picture.name}")


def _usable(
    name: str, cuts: Sequence[Cut], refused: list[str]
) -> list[tuple[PersonPicture, Image]]:
    """A person's faces, none if they are too few; `refused` is told why."""
    refused += [str(cut) for _, cut in cuts if isinstance(cut, Exception)]
    good = [(picture, cut) for picture, cut in cuts if not isinstance(cut, Exception)]
    if len(good) >= MIN_IMAGES:
        return good
    refused.append(
        f"{name}: left out, has {len(good)} of {len(cuts)} pictures that can be used, expected at "
        f"least {MIN_IMAGES}"
    )
    return []


def _too_few(people: int, found: int, refused: Sequence[str]) -> str:
    first = f"; the first that cannot be used: {refused[0]}" if refused else ""
    return (
        f"{found} of {people} people have {MIN_IMAGES} pictures with a face, expected at least 2 "
        f"people{first}"
    )
