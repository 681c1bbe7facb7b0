"""Labelled pictures, checked once before a training begins."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from playbill.core.atomic import atomic_path
from playbill.core.boxes import Boxes
from playbill.core.frame import Image
from playbill.core.labels import COCO_80, VOC_TO_COCO_80
from playbill.datasets.objects import ObjectDataset, PictureObjects
from playbill.datasets.problems import Problem, ProblemKind, ProblemList
from playbill.errors import DatasetError, MediaError
from playbill.media.images import read_image
from playbill.training.lost import require_most

LOST: frozenset[ProblemKind] = frozenset({"missing-picture", "unreadable-picture", "wrong-size"})
"""Problems after which a picture is not learned from at all."""
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {voc: COCO_80[class_id] for voc, class_id in VOC_TO_COCO_80.items()}
)
"""VOC's names for classes of COCO: understood where a label set has the latter."""

Hook = Callable[[int, int], None]
"""Is told how many of how many pictures are done."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One labelled picture, fit for training."""

    path: Path
    name: str
    size_wh: tuple[int, int]
    boxes_xyxy: Boxes
    """(n, 4) in pixels, inside of the picture, with an area."""
    columns: NDArray[np.int64]
    """(n,) class columns: 1 + index into the label set that is trained."""
    ignored: NDArray[np.bool_]
    """(n,) nothing is learnt from it: a crowd, or difficult by VOC's flag."""

    def image(self) -> Image:
        """Decode the picture.

        Raises:
            DatasetError: it has changed since it was checked.
        """
        try:
            image = read_image(self.path)
        except MediaError as error:
            raise DatasetError(f"{error}; it was readable when the training began") from error
        if image.shape[1::-1] != self.size_wh:
            raise DatasetError(_wrong_size(self.path, image, self.size_wh))
        return image


def gather(
    dataset: ObjectDataset,
    labels: Sequence[str],
    problems: ProblemList,
    *,
    drop_others: bool = False,
    hook: Hook = lambda _done, _all: None,
) -> tuple[Sample, ...]:
    """Decode every picture once and keep what can be learnt from.

    Boxes without an area, and pictures that are missing or damaged, are left out and told to
    `problems`, which the reader of `dataset` may have told of others already.

    Args:
        dataset: labelled pictures.
        labels: what is trained; labels of `dataset` are found in it by name.
        problems: collects what was left out.
        drop_others: leave out objects of other labels.
        hook: for a progress bar.

    Raises:
        DatasetError: an object has another label, too many pictures are lost, or none is left.
    """
    columns = label_columns(dataset.labels, labels)
    samples: list[Sample] = []
    for done, picture in enumerate(dataset, 1):
        _refuse_others(dataset, picture, columns, drop_others=drop_others)
        if _whole(picture, problems):
            samples.append(_sample(picture, columns, problems))
        hook(done, len(dataset))
    _refuse_remains(dataset.name, samples, problems)
    return tuple(samples)


def split(
    samples: Sequence[Sample], share: float, seed: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Part pictures by lot: those to train on, and `share` of all to evaluate on.

    Raises:
        DatasetError: a part would be empty.
    """
    count = round(len(samples) * share)
    if not 0 < count < len(samples):
        raise DatasetError(
            f"{share:.0%} of {len(samples)} pictures is {count}, expected some to evaluate on and "
            "some to train on"
        )
    order = np.random.default_rng([seed, len(samples)]).permutation(len(samples))
    held_out = set(order[:count].tolist())
    return (
        tuple(sample for i, sample in enumerate(samples) if i not in held_out),
        tuple(sample for i, sample in enumerate(samples) if i in held_out),
    )


def require_apart(learned: Sequence[Sample], held_out: Sequence[Sample]) -> None:
    """Refuse pictures that are learned from and measured on: figures would be too good.

    Raises:
        DatasetError: a file is in both.
    """
    files = {sample.path.resolve() for sample in learned}
    both = [sample.path for sample in held_out if sample.path.resolve() in files]
    if both:
        raise DatasetError(
            f"{both[0]}: is to be learned from and to be measured on ({len(both)} of "
            f"{len(held_out)} pictures held out are), expected other pictures"
        )


def write_split(path: Path, learned: Sequence[Sample], held_out: Sequence[Sample]) -> None:
    """Write down which pictures are learned from and which are kept apart.

    Raises:
        OutputError: the file cannot be written.
    """
    parts = {"learned": learned, "held out": held_out}
    lists = {name: [str(one.path.absolute()) for one in some] for name, some in parts.items()}
    text = json.dumps(lists, indent=1, ensure_ascii=False) + "\n"
    with atomic_path(path) as part:
        part.write_text(text, "utf-8", errors="backslashreplace")


def label_columns(names: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """For each label in `names` its class column among `labels`; 0: there is none."""
    column = {label: i for i, label in enumerate(labels, start=1)}
    found = [column.get(name) or column.get(SPELLINGS.get(name, ""), 0) for name in names]
    return np.array(found, np.int64)


def _refuse_others(
    dataset: ObjectDataset,
    picture: PictureObjects,
    columns: NDArray[np.int64],
    *,
    drop_others: bool,
) -> None:
    others = np.flatnonzero(columns[picture.class_ids] == 0)
    if len(others) and not drop_others:
        label = dataset.labels[picture.class_ids[others[0]]]
        raise DatasetError(
            f"{dataset.name}: {picture.name}: the label {label!r} is not among those that are "
            "trained; name it in --labels, or leave out such objects with --drop-others"
        )


def _whole(picture: PictureObjects, problems: ProblemList) -> bool:
    """Whether the picture is there and can be decoded, at the size that its boxes were drawn on."""
    where = str(picture.path)
    if not picture.path.is_file():
        problems(Problem("missing-picture", where, "there is no such picture"))
        return False
    try:
        image = read_image(picture.path)
    except MediaError as error:
        sentence = str(error).removeprefix(f"{where}: ")
        problems(Problem("unreadable-picture", where, sentence))
        return False
    if image.shape[1::-1] != picture.size_wh:
        sentence = _wrong_size(picture.path, image, picture.size_wh).removeprefix(f"{where}: ")
        problems(Problem("wrong-size", where, sentence))
        return False
    return True


def _wrong_size(path: Path, image: Image, size_wh: tuple[int, int]) -> str:
    height, width = image.shape[:2]
    return f"{path}: is {width} x {height}, labelled as {size_wh[0]} x {size_wh[1]}"


def _sample(picture: PictureObjects, columns: NDArray[np.int64], problems: ProblemList) -> Sample:
    sides = np.array(picture.size_wh * 2, np.float64)
    boxes = np.clip(picture.boxes_xyxy, 0, sides).astype(np.float32)
    has_area = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    for row in np.flatnonzero(~has_area):
        box = ", ".join(f"{number:g}" for number in picture.boxes_xyxy[row])
        sentence = f"box {row + 1} ({box}) has no area in the picture"
        problems(Problem("empty-box", picture.name, sentence))
    of_picture = columns[picture.class_ids]
    kept = has_area & (of_picture > 0)
    return Sample(
        path=picture.path,
        name=picture.name,
        size_wh=picture.size_wh,
        boxes_xyxy=boxes[kept],
        columns=of_picture[kept],
        ignored=(picture.crowd | picture.difficult)[kept],
    )


def _refuse_remains(name: str, samples: Sequence[Sample], problems: ProblemList) -> None:
    lost = [problem for problem in problems.problems if problem.kind in LOST]
    require_most(name, lost, len(samples) + len(lost))
    if not samples:
        first = f" ({problems.problems[0]})" if problems.problems else ""
        raise DatasetError(f"{name}: holds no pictures that can be used{first}")
    if not any((~sample.ignored).any() for sample in samples):
        raise DatasetError(
            f"{name}: has {len(samples)} pictures without an object to train on, expected some"
        )
