"""Detections, faces, embeddings and frames own their arrays and refuse what cannot be true."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.core.arrays import owned, owned_boxes, owned_rows, owned_scores
from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame

LABELS = ("person", "dog")
BOX = (10, 20, 30, 60)
POINTS = np.zeros((1, 5, 2))


def detections(
    boxes: Any = (BOX,), scores: Any = (0.9,), class_ids: Any = (1,), labels: Any = LABELS
) -> Detections:
    return Detections(boxes, scores, class_ids, labels)


def faces(boxes: Any = (BOX,), scores: Any = (0.9,), landmarks: Any = POINTS) -> Faces:
    return Faces(boxes, scores, landmarks)


def test_nothing_found_is_no_rows() -> None:
    for nothing in (detections([], [], []), Detections.empty(LABELS)):
        assert len(nothing) == 0
        assert nothing.boxes_xyxy.shape == (0, 4)
        assert nothing.names() == []
    for nobody in (Faces([], [], []), Faces.empty()):  # type: ignore[arg-type]
        assert len(nobody) == 0
        assert nobody.landmarks.shape == (0, 5, 2)
    assert len(Embeddings.normalised(np.empty((0, 512)), "net@1")) == 0


def test_rows_have_the_types_that_are_written_beside_the_fields() -> None:
    found, seen = detections(), faces()

    assert found.boxes_xyxy.dtype == found.scores.dtype == np.float32
    assert found.class_ids.dtype == np.int64
    assert found.names() == ["dog"]
    assert seen.boxes_xyxy.dtype == seen.scores.dtype == seen.landmarks.dtype == np.float32


BAD_BOXES = [
    ([[30, 20, 10, 60]], "left <= right and top <= bottom"),
    ([[10, 60, 30, 20]], "left <= right and top <= bottom"),
    ([[10, np.nan, 30, 60]], "finite"),
    ([[10, 20, np.inf, 60]], "finite"),
    ([[10, 20, 1e300, 60]], "finite"),
    ([[10, 20, 30]], r"boxes_xyxy must have shape \(n, 4\), got \(1, 3\)"),
    ([10, 20, 30, 60], r"boxes_xyxy must have shape \(n, 4\), got \(4,\)"),
]
BAD_SCORES = [
    ([7], "scores must lie between 0 and 1, got 7.0 to 7.0"),
    ([-0.1], "scores must lie between 0 and 1"),
    ([np.nan], "finite"),
    ([0.5, 0.5], "scores must have 1 rows, got 2"),
    (0.5, r"scores must have shape \(n,\), got \(\)"),
]
BAD_CLASS_IDS = [
    ([2], "indices into 2 labels"),
    ([-1], "indices into 2 labels"),
    ([0.5], "whole numbers"),
    ([np.nan], "whole numbers"),
    ([0, 1], "class_ids must have 1 rows, got 2"),
]
BAD_LANDMARKS = [
    (np.zeros((1, 10)), r"landmarks must have shape \(n, 5, 2\), got \(1, 10\)"),
    (np.zeros((2, 5, 2)), "landmarks must have 1 rows, got 2"),
    (np.full((1, 5, 2), np.nan), "finite"),
]


@pytest.mark.parametrize("make", [detections, faces])
@pytest.mark.parametrize(("boxes", "why"), BAD_BOXES)
def test_boxes_that_cannot_be_are_refused(make: Callable[..., Any], boxes: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make(boxes=boxes)


@pytest.mark.parametrize("make", [detections, faces])
@pytest.mark.parametrize(("scores", "why"), BAD_SCORES)
def test_scores_that_cannot_be_are_refused(make: Callable[..., Any], scores: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make(scores=scores)


@pytest.mark.parametrize(("class_ids", "why"), BAD_CLASS_IDS)
def test_classes_that_no_label_names_are_refused(class_ids: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        detections(class_ids=np.array(class_ids))


@pytest.mark.parametrize(("landmarks", "why"), BAD_LANDMARKS)
def test_landmarks_that_cannot_be_are_refused(landmarks: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        faces(landmarks=landmarks)


@pytest.mark.parametrize(
    ("vectors", "why"),
    [
        ([1.0, 0.0], r"vectors must have shape \(n, d\)"),
        ([[0.5, 0.5]], "length 1, got 0.7"),
        ([[0.0, 0.0]], "length 1"),
        ([[np.nan, 0.0]], "finite"),
    ],
)
def test_embeddings_off_the_unit_sphere_are_refused(vectors: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Embeddings(np.array(vectors), "net@1")


def test_normalised_embeddings_keep_their_direction() -> None:
    points = Embeddings.normalised([[3, 4], [0, -2]], "net@1")

    np.testing.assert_allclose(points.vectors, np.array([[0.6, 0.8], [0, -1]]), rtol=1e-6)
    assert points.model == "net@1"


def test_a_row_of_zeros_has_no_direction() -> None:
    with pytest.raises(ValueError, match="no direction"):
        Embeddings.normalised([[1, 0], [0, 0]], "net@1")


@pytest.mark.parametrize(
    ("image", "index", "why"),
    [
        (np.zeros((4, 4), np.uint8), 0, r"\(height, width, 3\) uint8, got \(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), 0, r"got \(4, 4, 4\)"),
        (np.zeros((4, 4, 3), np.float32), 0, "got .* float32"),
        (np.zeros((0, 4, 3), np.uint8), 0, "must have pixels"),
        (np.zeros((4, 0, 3), np.uint8), 0, "must have pixels"),
        (np.zeros((4, 4, 3), np.uint8), -1, "index must not be negative"),
    ],
)
def test_a_frame_that_is_no_rgb_picture_is_refused(image: Any, index: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Frame(index, Fraction(0), image)


def test_a_still_image_is_frame_0_at_time_0() -> None:
    frame = Frame.still(np.zeros((4, 6, 3), np.uint8))

    assert (frame.index, frame.time_s, frame.size_wh) == (0, Fraction(0), (6, 4))


def test_values_own_their_arrays() -> None:
    boxes = np.array([BOX], np.float32)
    found = detections(boxes)

    boxes[:] = 0

    assert found.boxes_xyxy.tolist() == [list(BOX)]


def test_arrays_of_values_cannot_be_written() -> None:
    found, seen, points = detections(), faces(), Embeddings.normalised([[1, 0]], "net@1")
    arrays: list[NDArray[Any]] = [found.boxes_xyxy, found.scores, found.class_ids]
    arrays += [seen.boxes_xyxy, seen.scores, seen.landmarks, points.vectors]

    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("values", [[], [0.0], [1.5, -2.0]])
def test_owned_is_a_read_only_copy(values: list[float]) -> None:
    given = np.array(values)
    copy = owned(given, np.float32)

    assert copy.tolist() == values
    assert not copy.flags.writeable
    assert not np.shares_memory(given, copy)
    assert given.flags.writeable


def test_an_empty_list_is_no_rows_but_an_empty_table_keeps_its_width() -> None:
    assert owned_rows("points", [], np.float32, (5, 2)).shape == (0, 5, 2)
    assert owned_boxes("boxes", np.empty((0, 4))).shape == (0, 4)
    assert owned_scores("scores", [], 0).shape == (0,)
    with pytest.raises(ValueError, match=r"boxes must have shape \(n, 4\), got \(0, 5\)"):
        owned_boxes("boxes", np.empty((0, 5)))
