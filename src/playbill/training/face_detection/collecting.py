"""Pictures with the faces on which two detectors agree, and pictures known to have none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_overlaps
from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector
from playbill.datasets.opening import open_objects
from playbill.datasets.problems import ProblemList
from playbill.errors import MediaError
from playbill.media.images import read_image
from playbill.pipeline.prefetch import prefetch
from playbill.training.faces.unnamed import find_pictures
from playbill.training.lost import require_most

SURE = 0.9
"""What the other detector must score for a face to be agreed on."""
AGREED_OVERLAP = 0.4
"""Of the boxes of both."""
AT_ONCE = 4

Hook = Callable[[int, int], None]
"""Is told how many of how many pictures are done."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture."""

    path: Path
    empty: bool
    """It is known that nobody is in it."""


@dataclass(frozen=True, slots=True, eq=False)
class LookedAt:
    """What is known of the faces in a picture."""

    path: Path
    empty: bool
    faces: Faces
    """On which both agree; boxes and landmarks are the teacher's. Of an empty picture none."""
    disputed_xyxy: NDArray[np.float32]
    """(n, 4) where one of both sees a face; in an empty picture, what it falls for."""

    def image(self) -> Image:
        """Its pixels, read anew."""
        return read_image(self.path)


def find_sources(paths: Sequence[Path]) -> list[Source]:
    """The pictures of folders, and of labelled data sets.

    Raises:
        MediaError, DatasetError: one is not there, or cannot be read.
    """
    found: dict[Path, Source] = {}
    for path in paths:
        for source in _labelled(path) if path.is_file() else _folder(path):
            found[source.path] = source
    return list(found.values())


def look_at(
    sources: Sequence[Source],
    teacher: FaceDetector,
    other: FaceDetector,
    *,
    hook: Hook = lambda _done, _all: None,
) -> tuple[LookedAt, ...]:
    """What both detectors see in each picture; those that cannot be read are left out.

    Raises:
        DatasetError: more than a quarter of the pictures cannot be read.
    """
    looked: list[LookedAt] = []
    lost: list[MediaError] = []
    done = 0
    frames = prefetch(_frames(sources), 2 * AT_ONCE)
    while some := list(islice(frames, AT_ONCE)):
        lost += [found for _, found in some if isinstance(found, MediaError)]
        read = [(source, frame) for source, frame in some if isinstance(frame, Frame)]
        shown = [frame for _, frame in read]
        seen = zip(read, teacher.detect(shown), other.detect(shown), strict=True)
        looked += [agreed(source, mine, theirs) for (source, _), mine, theirs in seen]
        done += len(some)
        hook(done, len(sources))
    require_most("the pictures of faces", lost, len(sources))
    return tuple(looked)


def agreed(source: Source, mine: Faces, theirs: Faces) -> LookedAt:
    """Put what two detectors say of one picture together.

    Args:
        source: the picture.
        mine: of the teacher, what it doubts too.
        theirs: of the other.
    """
    overlaps = box_overlaps(mine.boxes_xyxy, theirs.boxes_xyxy) >= AGREED_OVERLAP
    sure = (theirs.scores >= SURE) & (not source.empty)
    both = np.asarray((overlaps & sure).any(axis=1), np.bool_)
    alone = theirs.boxes_xyxy[~overlaps[both].any(axis=0)]
    faces = Faces(mine.boxes_xyxy[both], mine.scores[both], mine.landmarks[both])
    disputed = np.concatenate([mine.boxes_xyxy[~both], alone])
    return LookedAt(source.path, source.empty, faces, disputed)


def _folder(path: Path) -> Iterator[Source]:
    yield from (Source(found, empty=False) for found in find_pictures([path]))


def _labelled(path: Path) -> Iterator[Source]:
    dataset = open_objects(path, outlines=False, on_problem=ProblemList())
    person = dataset.labels.index("person") if "person" in dataset.labels else None
    for picture in dataset:
        empty = person is not None and not (picture.class_ids == person).any()
        yield Source(picture.path, empty=empty)


def _frames(sources: Sequence[Source]) -> Iterable[tuple[Source, Frame | MediaError]]:
    for source in sources:
        try:
            yield source, Frame.still(read_image(source.path))
        except MediaError as error:
            yield source, error
