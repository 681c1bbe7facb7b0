"""Who and what is seen in a made archive, where and when: columns of numbers, no rows yet."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.labels import COCO_80

STEP_S = 5
"""Seconds between analysed frames."""
OBJECTS = ("car", "tie", "chair", "tv", "dog", "bottle", "bicycle", "horse", "book", "boat")
"""From the most to the least frequent."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large an archive is to be."""

    videos: int = 1_000
    people: int = 5_000
    appearances: int = 100_000
    """Of people with names."""
    object_appearances: int = 40_000
    unknown_faces: int = 10_000
    """Of somebody whom nobody has named: one cluster."""
    dimensions: int = 512
    video_s: int = 1_800
    seed: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Appearances as columns, each (n,)."""

    video: NDArray[np.int64]
    who: NDArray[np.int64]
    """A person, `people` for the unknown one, or -1: an object."""
    class_id: NDArray[np.int64]
    first: NDArray[np.int64]
    """In steps of `STEP_S`, as is `steps`."""
    steps: NDArray[np.int64]
    score: NDArray[np.float64]
    boxes: NDArray[np.int64]
    """(n, 4) x, y, width, height."""

    def __len__(self) -> int:
        return len(self.video)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Things in frames as columns, by video and frame; `thing` counts within a frame."""

    row: NDArray[np.int64]
    step: NDArray[np.int64]
    thing: NDArray[np.int64]


def made_appearances(size: Size, random: np.random.Generator) -> Seen:
    """Each video has a cast; who is known to many is in many casts, and often seen."""
    fame = 1 / (np.arange(size.people) + 10.0) ** 0.9
    cast_size = min(30, size.people)
    casts = np.stack(
        [
            random.choice(size.people, cast_size, replace=False, p=fame / fame.sum())
            for _ in range(size.videos)
        ]
    )
    part = 1 / (np.arange(cast_size) + 2.0)
    n = size.appearances
    video = random.integers(size.videos, size=n)
    who = casts[video, random.choice(cast_size, n, p=part / part.sum())]
    everybody = random.permutation(n)[: size.people]
    who[everybody] = np.arange(size.people)
    mean_faces = 3
    unknown = -(-size.unknown_faces // mean_faces)
    common = 1 / (np.arange(len(OBJECTS)) + 1.0)
    classes = np.array([COCO_80.index(label) for label in OBJECTS])
    objects = random.choice(classes, size.object_appearances, p=common / common.sum())
    total = n + unknown + len(objects)
    steps = np.minimum(random.geometric(1 / mean_faces, total), 40)
    steps[n : n + unknown] = mean_faces
    last = size.video_s // STEP_S
    wide = random.integers(60, 300, total)
    return Seen(
        video=np.concatenate([video, random.integers(size.videos, size=unknown + len(objects))]),
        who=np.concatenate([who, np.full(unknown, size.people), np.full(len(objects), -1)]),
        class_id=np.concatenate([np.zeros(n + unknown, np.int64), objects]),
        first=random.integers(0, last - steps.clip(max=last - 1)),
        steps=steps,
        score=np.round(random.uniform(0.5, 1, total), 4),
        boxes=np.stack(
            [random.integers(0, 1600, total), random.integers(0, 700, total), wide, 2 * wide],
            axis=1,
        ),
    )


def shown_things(rows: Seen) -> Shown:
    """Every thing in every frame."""
    row = np.repeat(np.arange(len(rows)), rows.steps)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(rows.steps) - rows.steps, rows.steps)
    step = rows.first[row] + offset
    order = np.lexsort((row, step, rows.video[row]))
    row, step = row[order], step[order]
    frame = rows.video[row] * (step.max() + 1) + step
    starts = np.flatnonzero(np.r_[True, frame[1:] != frame[:-1]])
    thing = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    return Shown(row, step, thing)


_PARTS = ("ka", "lo", "mi", "ran", "te", "vi", "sol", "ber", "ana", "dor", "hel", "jun")


def made_names(n: int, random: np.random.Generator) -> list[str]:
    """Different names of two words, some words more frequent than others."""
    skewed = 1 / (np.arange(len(_PARTS)) + 1.0)
    found: dict[str, None] = {}
    while len(found) < n:
        parts = random.choice(_PARTS, 5, p=skewed / skewed.sum())
        found[f"{''.join(parts[:2]).title()} {''.join(parts[2:]).title()}"] = None
        if random.random() < 0.5:
            found[f"{parts[0].title()} {''.join(parts[1:]).title()} {len(found)}"] = None
    return list(found)[:n]
