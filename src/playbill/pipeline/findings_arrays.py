"""Findings and passages as plain arrays, and back, without losing a bit.

indices, times       (f,) int64 and text: of the frames; times are fractions, `1001/30000`
object_counts        (f,) int64; the rows of all frames follow one another in
object_boxes, object_scores, object_classes
                     (k, 4) float32, (k,) float32, (k,) int64
face_counts          (f,) int64; the rows of all frames follow one another in
face_boxes, face_scores, face_landmarks, face_vectors
                     (n, 4), (n,), (n, 5, 2), (n, d) float32; (0, 0) where nobody described them
crop_sizes, crops    (n,) int64 and all JPEGs one after another, uint8; empty where there are none
step_indices, step_times, step_changes, step_strides, step_tiles
                     (s,) int64, text, (s, 2) float64 change and likeness, int64, (s, 16) uint8; the
                     last is (s, 0) where it was not told
edge_indices, edge_times, edge_lumas
                     (e,) int64, text, (e, height, width) uint8: the first and the last glimpse
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.glimpse import Glimpse
from playbill.pipeline.findings import Findings
from playbill.pipeline.shots import TILES, Passage, Step

Arrays = Mapping[str, NDArray[Any]]

KINDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "indices": ("<i8", 1),
        "times": ("S", 1),
        "object_counts": ("<i8", 1),
        "object_boxes": ("<f4", 2),
        "object_scores": ("<f4", 1),
        "object_classes": ("<i8", 1),
        "face_counts": ("<i8", 1),
        "face_boxes": ("<f4", 2),
        "face_scores": ("<f4", 1),
        "face_landmarks": ("<f4", 3),
        "face_vectors": ("<f4", 2),
        "crop_sizes": ("<i8", 1),
        "crops": ("|u1", 1),
        "step_indices": ("<i8", 1),
        "step_times": ("S", 1),
        "step_changes": ("<f8", 2),
        "step_strides": ("<i8", 1),
        "step_tiles": ("|u1", 2),
        "edge_indices": ("<i8", 1),
        "edge_times": ("S", 1),
        "edge_lumas": ("|u1", 3),
    }
)
"""Name -> type, and number of dimensions."""
_OBJECT_ROWS = ("object_boxes", "object_scores", "object_classes")
_FACE_ROWS = ("face_boxes", "face_scores", "face_landmarks")


def frames_to_arrays(frames: Sequence[Findings]) -> dict[str, NDArray[Any]]:
    """The arrays from `indices` to `crops`."""
    objects, faces = [found.objects for found in frames], [found.faces for found in frames]
    described = [found.embeddings.vectors for found in frames if found.embeddings is not None]
    crops = [crop for found in frames for crop in found.crops or ()]
    return {
        "indices": np.array([found.index for found in frames], np.int64),
        "times": _text([found.time_s for found in frames]),
        "object_counts": np.array([len(one) for one in objects], np.int64),
        "object_boxes": _rows([one.boxes_xyxy for one in objects], np.float32, (0, 4)),
        "object_scores": _rows([one.scores for one in objects], np.float32, (0,)),
        "object_classes": _rows([one.class_ids for one in objects], np.int64, (0,)),
        "face_counts": np.array([len(one) for one in faces], np.int64),
        "face_boxes": _rows([one.boxes_xyxy for one in faces], np.float32, (0, 4)),
        "face_scores": _rows([one.scores for one in faces], np.float32, (0,)),
        "face_landmarks": _rows([one.landmarks for one in faces], np.float32, (0, 5, 2)),
        "face_vectors": _rows([rows for rows in described if len(rows)], np.float32, (0, 0)),
        "crop_sizes": np.array([len(crop) for crop in crops], np.int64),
        "crops": np.frombuffer(b"".join(crops), np.uint8),
    }


def frames_from_arrays(
    arrays: Arrays, labels: tuple[str, ...], space: str | None, *, crops: bool
) -> tuple[Findings, ...]:
    """The findings again.

    Args:
        arrays: as above.
        labels: of the object network.
        space: of the embeddings; None: faces were not described.
        crops: whether there are pictures of the faces.

    Raises:
        ValueError: the arrays do not fit together, or hold what cannot be.
    """
    _must_have_equal_rows(arrays, "indices", "times", "object_counts", "face_counts")
    counts = arrays["face_counts"]
    objects = [_split(name, arrays[name], arrays["object_counts"]) for name in _OBJECT_ROWS]
    faces = [_split(name, arrays[name], counts) for name in _FACE_ROWS]
    parts = zip(
        arrays["indices"].tolist(),
        _times(arrays["times"]),
        [
            Detections(boxes, scores, class_ids, labels)
            for boxes, scores, class_ids in zip(*objects, strict=True)
        ],
        [Faces(boxes, scores, points) for boxes, scores, points in zip(*faces, strict=True)],
        _embeddings(arrays["face_vectors"], counts, space),
        _crops(arrays, counts) if crops else [None] * len(counts),
        strict=True,
    )
    return tuple(Findings(*part) for part in parts)


def passage_to_arrays(passage: Passage) -> dict[str, NDArray[Any]]:
    """The arrays from `step_indices` to `edge_lumas`."""
    steps = passage.steps
    edges = [glimpse for glimpse in (passage.first, passage.last) if glimpse is not None]
    changes = [(step.change, step.likeness) for step in steps]
    lumas = [glimpse.luma[None] for glimpse in edges]
    return {
        "step_indices": np.array([step.index for step in steps], np.int64),
        "step_times": _text([step.time_s for step in steps]),
        "step_changes": np.array(changes, np.float64).reshape(len(steps), 2),
        "step_strides": np.array([step.stride for step in steps], np.int64),
        "step_tiles": _tiles(steps),
        "edge_indices": np.array([glimpse.index for glimpse in edges], np.int64),
        "edge_times": _text([glimpse.time_s for glimpse in edges]),
        "edge_lumas": _rows(lumas, np.uint8, (0, 0, 0)),
    }


def passage_from_arrays(arrays: Arrays) -> Passage:
    """The passage again.

    Raises:
        ValueError: the arrays do not fit together, or hold what cannot be.
    """
    steps_of = ("step_indices", "step_times", "step_changes", "step_strides", "step_tiles")
    _must_have_equal_rows(arrays, *steps_of)
    _must_have_equal_rows(arrays, "edge_indices", "edge_times", "edge_lumas")
    changes, lumas = arrays["step_changes"], arrays["edge_lumas"]
    if changes.shape[1] != 2 or not np.isfinite(changes).all():
        raise ValueError("step_changes must be two finite numbers a row")
    if arrays["step_tiles"].shape[1] not in {0, TILES * TILES}:
        raise ValueError(f"step_tiles must be {TILES * TILES} a row, or none")
    steps = zip(
        arrays["step_indices"].tolist(),
        _times(arrays["step_times"]),
        *changes.T.tolist(),
        arrays["step_strides"].tolist(),
        [row.tobytes() for row in arrays["step_tiles"]],
        strict=True,
    )
    edges = zip(arrays["edge_indices"].tolist(), _times(arrays["edge_times"]), lumas, strict=True)
    seen = [Glimpse(*edge) for edge in edges]
    if len(seen) not in {0, 2} or (len(changes) and not seen):
        raise ValueError(f"there must be a first and a last glimpse, found {len(seen)}")
    first, last = seen or (None, None)
    return Passage(first, last, tuple(Step(*step) for step in steps))


def _tiles(steps: Sequence[Step]) -> NDArray[np.uint8]:
    """(s, TILES * TILES); (s, 0) where any step does not tell."""
    size = TILES * TILES if steps and all(step.tiles for step in steps) else 0
    joined = b"".join(step.tiles for step in steps) if size else b""
    return np.frombuffer(joined, np.uint8).reshape(len(steps), size)


def _must_have_equal_rows(arrays: Arrays, *names: str) -> None:
    rows = [len(arrays[name]) for name in names]
    if len(set(rows)) > 1:
        raise ValueError(f"{', '.join(names)} must have equally many rows, got {rows}")


def _text(times: Sequence[Fraction]) -> NDArray[np.bytes_]:
    return np.array([str(time_s) for time_s in times], np.bytes_)


def _times(text: NDArray[Any]) -> list[Fraction]:
    return [Fraction(time_s.decode("ascii")) for time_s in text.tolist()]


def _rows(
    parts: Sequence[NDArray[Any]], dtype: type[np.generic], empty: tuple[int, ...]
) -> NDArray[Any]:
    """All rows one after another; `empty` is the shape of none at all."""
    return np.concatenate(parts).astype(dtype) if parts else np.empty(empty, dtype)


def _split(name: str, rows: NDArray[Any], counts: NDArray[Any]) -> list[NDArray[Any]]:
    """So many rows for each."""
    if (counts < 0).any() or counts.sum() != len(rows):
        raise ValueError(f"{name} has {len(rows)} rows, expected {counts.sum()}")
    return np.split(rows, np.cumsum(counts)[:-1]) if len(counts) else []


def _embeddings(
    vectors: NDArray[Any], counts: NDArray[Any], space: str | None
) -> Sequence[Embeddings | None]:
    if space is None:
        return [None] * len(counts)
    return [Embeddings(rows, space) for rows in _split("face_vectors", vectors, counts)]


def _crops(arrays: Arrays, counts: NDArray[Any]) -> list[tuple[bytes, ...]]:
    """The JPEGs of each frame."""
    sizes = _split("crop_sizes", arrays["crop_sizes"], counts)
    jpegs = iter(_split("crops", arrays["crops"], arrays["crop_sizes"]))
    return [tuple(next(jpegs).tobytes() for _ in row) for row in sizes]
