"""What a teacher, any object detector, says of pictures: asked once, kept in the run's folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.atomic import atomic_path
from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.ports import ObjectDetector
from playbill.errors import DatasetError, MediaError
from playbill.media.images import read_image
from playbill.training.lost import require_most
from playbill.training.objects.samples import Sample, label_columns

FILE = "taught.npz"
FAINTEST = 0.01
"""What a teacher's row must score to be taught: average precision asks for the weak answers too."""

Rows = NDArray[np.float32]
"""(n, 6) left, top, right, bottom, score, the teacher's class."""
Hook = Callable[[int, int], None]
"""Is told how many of how many pictures are done."""


@dataclass(frozen=True, slots=True, eq=False)
class TaughtPictures:
    """Pictures and what the teacher says of them, in place of labels."""

    samples: tuple[Sample, ...]
    """Boxes and classes are the teacher's."""
    scores: tuple[NDArray[np.float32], ...]
    """For each picture the score of each of its boxes."""
    refused: tuple[str, ...]
    """A sentence for each picture that could not be read."""


def ask(
    teacher: ObjectDetector,
    paths: Sequence[Path],
    labels: Sequence[str],
    folder: Path,
    hook: Hook = lambda _done, _all: None,
) -> TaughtPictures:
    """Let `teacher` look at every picture, or read what it said when this training began.

    Args:
        teacher: opened for faint answers (`FAINTEST`); what is no label here is left out.
        paths: of the pictures.
        labels: what is trained.
        folder: is there; keeps the answers.
        hook: for a progress bar.

    Raises:
        DatasetError: more than a quarter of the pictures cannot be read, or the teacher knows no
            label.
        OutputError: the folder cannot be written.
    """
    columns = label_columns(teacher.labels, labels)
    if not columns.any():
        raise DatasetError(f"{teacher.use.name}: knows none of the labels that are to be trained")
    kept = _read(folder / FILE)
    samples: list[Sample] = []
    scores: list[NDArray[np.float32]] = []
    refused: list[str] = []
    for done, path in enumerate(paths, 1):
        try:
            frame = Frame.still(read_image(path))
        except MediaError as error:
            refused.append(str(error))
            continue
        key = _key(teacher, path)
        if key not in kept:
            kept[key] = _rows(teacher.detect([frame])[0])
        known = columns[kept[key][:, 5].astype(np.int64)] > 0
        samples.append(_sample(path, frame.size_wh, kept[key][known], columns))
        scores.append(kept[key][known, 4])
        hook(done, len(paths))
    require_most("the pictures to be taught", refused, len(paths))
    _write(folder / FILE, kept)
    return TaughtPictures(tuple(samples), tuple(scores), tuple(refused))


def _rows(found: Detections) -> Rows:
    numbers = (found.boxes_xyxy, found.scores[:, None], found.class_ids[:, None])
    return np.concatenate(numbers, axis=1).astype(np.float32)


def _sample(path: Path, size_wh: tuple[int, int], rows: Rows, columns: NDArray[np.int64]) -> Sample:
    return Sample(
        path=path,
        name=path.name,
        size_wh=size_wh,
        boxes_xyxy=rows[:, :4],
        columns=columns[rows[:, 5].astype(np.int64)],
        ignored=np.zeros(len(rows), np.bool_),
    )


def _key(teacher: ObjectDetector, path: Path) -> str:
    """Of the question: whose answer, on which picture."""
    question = f"{teacher.use.name} {teacher.use.sha256} {path} {path.stat().st_size}"
    return sha256(question.encode("utf-8", "surrogateescape")).hexdigest()


def _read(path: Path) -> dict[str, Rows]:
    """Answers by the key of their question."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        rows = np.split(kept["rows"], np.cumsum(kept["counts"])[:-1])
        return dict(zip(kept["keys"].tolist(), rows, strict=True))


def _write(path: Path, answers: Mapping[str, Rows]) -> None:
    with atomic_path(path) as part, part.open("wb") as file:
        np.savez(
            file,
            keys=np.array(list(answers)),
            rows=np.concatenate(list(answers.values())),
            counts=np.array([len(rows) for rows in answers.values()]),
        )
