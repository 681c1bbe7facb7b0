"""What a benchmark and a peer in its own environment say to each other: JSON, a line each way.

This file runs in the peers' environments too: the standard library and numpy, nothing else.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

Job = Literal["faces", "picture"]
"""`faces`: find the faces in frames. `picture`: JPEG bytes to embeddings of its faces."""


class FoundFaces(TypedDict):
    """What was found in one frame, in pixels."""

    boxes_xyxy: list[list[float]]
    scores: list[float]
    landmarks: list[list[list[float]]]
    """Five points x, y a face: eyes, nose, mouth corners."""


class Question(TypedDict):
    """One turn of a peer."""

    job: Job
    path: str
    """A .npz of frames (height, width, 3) uint8 RGB for `faces`, a JPEG for `picture`."""


class Answer(TypedDict):
    """What a turn gave, a value for each frame."""

    seconds: list[float]
    found: list[FoundFaces]


Frame = NDArray[np.uint8]


def save_frames(path: Path, frames: Sequence[Frame]) -> None:
    """Write frames for `load_frames`; they may differ in size."""
    np.savez(path, *frames)


def load_frames(path: Path) -> list[Frame]:
    """The frames of `save_frames`, in order."""
    with np.load(path) as saved:
        return [saved[name] for name in saved.files]


def timed_each(find: Callable[[Frame], FoundFaces], frames: Iterable[Frame]) -> Answer:
    """`find` in one frame after another, each timed alone."""
    answer = Answer(seconds=[], found=[])
    for frame in frames:
        started = time.perf_counter()
        found = find(frame)
        answer["seconds"].append(time.perf_counter() - started)
        answer["found"].append(found)
    return answer


def serve(jobs: Mapping[Job, Callable[[Path], Answer]]) -> None:
    """Answer questions from standard input until it ends."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # What libraries print must not come between the answers.
        for line in sys.stdin:
            question: Question = json.loads(line)
            answer = jobs[question["job"]](Path(question["path"]))
            print(json.dumps(answer), file=answers, flush=True)
