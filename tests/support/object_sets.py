"""Labelled pictures made by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from playbill.datasets.objects import About, PictureObjects

LABELS = ("cat", "dog", "hot dog")
SIZE = (40, 30)


@dataclass(frozen=True)
class HeldSet:
    """A data set in memory."""

    pictures: tuple[PictureObjects, ...]
    labels: tuple[str, ...] = LABELS
    about: About = About()  # noqa: RUF009
    name: str = "held"

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[PictureObjects]:
        return iter(self.pictures)


def draw(path: Path, size_wh: tuple[int, int] = SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size_wh, "teal").save(path)
    return path


def labelled(
    path: Path,
    boxes: Sequence[Sequence[float]] = (),
    class_ids: Sequence[int] | None = None,
    *,
    name: str | None = None,
    size_wh: tuple[int, int] = SIZE,
    **more: Any,
) -> PictureObjects:
    """A picture of a file; every box is of class 0 unless told otherwise."""
    return PictureObjects(
        path=path,
        name=name or path.name,
        size_wh=size_wh,
        boxes_xyxy=np.array(boxes, np.float64).reshape(-1, 4),
        class_ids=np.array([0] * len(boxes) if class_ids is None else class_ids, np.int64),
        **more,
    )


def flags(*values: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array(values, np.bool_)
