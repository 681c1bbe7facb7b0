"""Pictures of people as points: every picture is looked at once, for all networks together."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort, paired_likeness
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.errors import DatasetError, MediaError
from playbill.evaluation.faces.looks import FaceLook, central_face, look_at
from playbill.evaluation.faces.pictures import PeoplePictures
from playbill.media.images import read_image
from playbill.pipeline.enrol import ROOM_AROUND, with_room
from playbill.pipeline.prefetch import in_batches, prefetch

BATCH = 32
"""Faces that are embedded together: the most that a network sees at once."""
AROUND = 1.0
"""Of a face's sides: what is kept around it for the networks, which cut it out themselves."""
UNLIKE = -2.0
"""The score of a picture without a face with anything: less than any there is, as NIST's FRTE has
it of pictures that could not be turned into templates."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPeople:
    """The pictures that could be read, with one face each as one network describes them."""

    pictures: PeoplePictures
    looks: tuple[FaceLook | None, ...]
    """(n,) None: no face was found."""
    vectors: NDArray[np.float32]
    """(n, d) of length 1; zeros where no face was found."""
    enrolled: NDArray[np.float32]
    """(n, d) the same as enrolment has them: looked at thoroughly."""
    space: str
    """See `Embeddings.model`."""
    cohort: Cohort | None = None
    """Of the network."""

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def people(self) -> NDArray[np.int64]:
        """(n,) whom each picture shows, as indices into `pictures.names`."""
        return self.pictures.people

    @property
    def found(self) -> NDArray[np.bool_]:
        """(n,) whether there is a face."""
        return np.array([look is not None for look in self.looks], np.bool_)

    def of_people(self, who: NDArray[np.int64]) -> "EmbeddedPeople":
        """The pictures of these people alone."""
        rows = np.flatnonzero(np.isin(self.people, who))
        return replace(
            self,
            pictures=self.pictures.picked(rows.tolist()),
            looks=tuple(self.looks[row] for row in rows),
            vectors=self.vectors[rows],
            enrolled=self.enrolled[rows],
        )

    def embeddings(self, rows: NDArray[np.int64]) -> Embeddings:
        """Of these rows, all of which have a face."""
        return Embeddings(self.vectors[rows], self.space)

    def enrolments(self, rows: NDArray[np.int64]) -> Embeddings:
        """The same as enrolment has them."""
        return Embeddings(self.enrolled[rows], self.space)

    def likeness(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float32]:
        """(k,) of rows `a` with rows `b`; `UNLIKE` where one has no face."""
        scores = paired_likeness(self.vectors[a], self.vectors[b], self.cohort)
        found = self.found
        return np.where(found[a] & found[b], scores, np.float32(UNLIKE))


@dataclass(frozen=True, slots=True)
class FaceTime:
    """How long a network takes for a face that lies in memory: cutting it out, and the network."""

    alone_ms: float
    """One face at a time; median."""
    batch_ms: float
    """A face of `BATCH` together; median."""
    rounds: int
    """How many times each was timed, the networks in turns."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedAll:
    """What came of the pictures, for every network."""

    people: tuple[EmbeddedPeople, ...]
    """One for each embedder; pictures and looks are the same in all."""
    times: tuple[FaceTime, ...]
    refused: tuple[MediaError, ...]
    """One for each picture that could not be read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A face with its surroundings, cut out of its picture."""

    row: int
    frame: Frame
    face: Faces


def embed_people(
    pictures: PeoplePictures,
    detector: FaceDetector,
    embedders: Sequence[FaceEmbedder],
    hook: Callable[[], None] = lambda: None,
) -> EmbeddedAll:
    """Find the central face of every picture and let every network describe it.

    A picture in which no face is found is looked at again with room around it, as at enrolment.
    `hook` is told of each picture when it is done. Pictures that cannot be read are left out.

    Raises:
        DatasetError: in no picture a face is found.
    """
    search = _Search(pictures, detector)
    timer = _Timer(embedders)
    vectors: list[dict[int, NDArray[np.float32]]] = [{} for _ in embedders]
    enrolled: list[dict[int, NDArray[np.float32]]] = [{} for _ in embedders]
    for cuts in in_batches(search.cuts(hook), BATCH):
        rows = [cut.row for cut in cuts]
        for found, points in zip(vectors, timer.embed(cuts), strict=True):
            found.update(zip(rows, points, strict=True))
        for found, embedder in zip(enrolled, embedders, strict=True):
            found.update(zip(rows, _thorough(embedder, cuts), strict=True))
    if not vectors[0]:
        raise DatasetError(
            f"{pictures.folder}: no face was found in any of {len(pictures)} pictures, "
            "expected one in each"
        )
    readable = [row for row in range(len(pictures)) if row in search.looks]
    kept = pictures.picked(readable)
    looks = tuple(search.looks[row] for row in readable)
    people = tuple(
        EmbeddedPeople(
            kept,
            looks,
            _rows(found, readable),
            _rows(better, readable),
            embedder.space,
            embedder.cohort,
        )
        for found, better, embedder in zip(vectors, enrolled, embedders, strict=True)
    )
    return EmbeddedAll(people, timer.times(), tuple(search.refused))


class _Search:
    """Reads pictures and finds the face of each."""

    def __init__(self, pictures: PeoplePictures, detector: FaceDetector) -> None:
        self.looks: dict[int, FaceLook | None] = {}
        self.refused: list[MediaError] = []
        self._pictures = pictures
        self._detector = detector

    def cuts(self, hook: Callable[[], None]) -> Iterator[_Cut]:
        """The faces, while the next pictures are decoded in a thread."""
        for read in prefetch(self._read(), 2):
            row, frame = read
            if frame is not None:
                cut = self._cut(row, frame)
                if cut is not None:
                    yield cut
            hook()

    def _read(self) -> Iterator[tuple[int, Frame | None]]:
        for row, picture in enumerate(self._pictures.pictures):
            try:
                yield row, Frame.still(read_image(picture.path))
            except MediaError as error:
                self.refused.append(error)
                yield row, None

    def _cut(self, row: int, frame: Frame) -> _Cut | None:
        face, room_xy = self._face(frame), np.zeros(2, np.float32)
        seen = frame
        if not len(face):
            seen = Frame.still(with_room(frame.image))
            face = self._face(seen)
            sides = np.array(frame.size_wh)
            room_xy = np.array([round(ROOM_AROUND * side) for side in sides], np.float32)
        if not len(face):
            self.looks[row] = None
            return None
        self.looks[row] = look_at(frame.image, _moved(face, -room_xy))
        return _cut_out(row, seen, face)

    def _face(self, frame: Frame) -> Faces:
        [faces] = self._detector.detect([frame])
        return central_face(frame, faces)


class _Timer:
    """Lets networks describe the same faces in turns, and keeps the time."""

    def __init__(self, embedders: Sequence[FaceEmbedder]) -> None:
        self._embedders = embedders
        self._alone: dict[int, list[float]] = defaultdict(list)
        self._batch: dict[int, list[float]] = defaultdict(list)
        self._rounds = 0

    def embed(self, cuts: Sequence[_Cut]) -> list[NDArray[np.float32]]:
        """For each network (k, d)."""
        frames, faces = [cut.frame for cut in cuts], [cut.face for cut in cuts]
        rows: dict[int, NDArray[np.float32]] = {}
        count = len(self._embedders)
        for turn in range(count):
            i = (self._rounds + turn) % count
            if not self._rounds:  # a runtime prepares itself for a shape when it first sees it
                self._embedders[i].embed(frames[:1], faces[:1])
                self._embedders[i].embed(frames, faces)
            start = time.perf_counter()
            self._embedders[i].embed(frames[:1], faces[:1])
            middle = time.perf_counter()
            found = self._embedders[i].embed(frames, faces)
            end = time.perf_counter()
            rows[i] = np.concatenate([each.vectors for each in found])
            if len(cuts) == BATCH or not self._rounds:
                self._alone[i].append((middle - start) * 1e3)
                self._batch[i].append((end - middle) * 1e3 / len(cuts))
        self._rounds += 1
        return [rows[i] for i in range(count)]

    def times(self) -> tuple[FaceTime, ...]:
        """For each network."""
        return tuple(
            FaceTime(median(self._alone[i]), median(self._batch[i]), len(self._alone[i]))
            for i in range(len(self._embedders))
        )


def _thorough(embedder: FaceEmbedder, cuts: Sequence[_Cut]) -> NDArray[np.float32]:
    """(k, d) as enrolment describes them."""
    frames, faces = [cut.frame for cut in cuts], [cut.face for cut in cuts]
    found = embedder.embed(frames, faces, thorough=True)
    return np.concatenate([each.vectors for each in found])


def _rows(found: dict[int, NDArray[np.float32]], readable: Sequence[int]) -> NDArray[np.float32]:
    nothing = np.zeros_like(next(iter(found.values())))
    return np.stack([found.get(row, nothing) for row in readable])


def _moved(face: Faces, by_xy: NDArray[np.float32]) -> Faces:
    boxes = face.boxes_xyxy + np.tile(by_xy, 2)
    return Faces(boxes, face.scores, face.landmarks + by_xy)


def _cut_out(row: int, frame: Frame, face: Faces) -> _Cut:
    """The face and what lies around it: a batch of whole pictures may not fit into memory."""
    left, top, right, bottom = face.boxes_xyxy[0]
    more_x, more_y = AROUND * (right - left), AROUND * (bottom - top)
    width, height = frame.size_wh
    x0, y0 = max(0, int(left - more_x)), max(0, int(top - more_y))
    x1, y1 = min(width, int(right + more_x) + 1), min(height, int(bottom + more_y) + 1)
    part = Frame.still(np.ascontiguousarray(frame.image[y0:y1, x0:x1]))
    return _Cut(row, part, _moved(face, np.array([-x0, -y0], np.float32)))
