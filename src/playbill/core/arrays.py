"""What every value that owns arrays does with them on the way in."""

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


def owned(values: ArrayLike, dtype: type[Scalar]) -> NDArray[Scalar]:
    """Return a read-only copy of `values` as `dtype`.

    Raises:
        ValueError: a value is NaN or infinite, or a fraction where whole numbers are asked for.
    """
    given = np.asarray(values)
    with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is refused below
        array = np.array(given, dtype=dtype)
    if array.dtype.kind in "iu" and given.dtype.kind == "f" and (array != given).any():
        raise ValueError("values must be whole numbers, found a fraction, NaN or infinity")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("values must be finite, found NaN or infinity")
    array.setflags(write=False)
    return array


def owned_rows(
    name: str, values: ArrayLike, dtype: type[Scalar], row_shape: tuple[int, ...]
) -> NDArray[Scalar]:
    """Return `owned(values)` of shape (n, *row_shape); an empty list is n = 0.

    Raises:
        ValueError: the shape is another one, or a value is not finite.
    """
    array = owned(values, dtype)
    if array.size == 0 and array.ndim <= 1:
        array = array.reshape(0, *row_shape)
    if array.ndim != len(row_shape) + 1 or array.shape[1:] != row_shape:
        wanted = ", ".join(["n", *map(str, row_shape)]) + ("" if row_shape else ",")
        raise ValueError(f"{name} must have shape ({wanted}), got {array.shape}")
    return array


def owned_scores(name: str, values: ArrayLike, rows: int) -> NDArray[np.float32]:
    """Return `values` as `rows` scores between 0 and 1.

    Raises:
        ValueError: another number of scores, or one outside 0 to 1.
    """
    scores = owned_rows(name, values, np.float32, ())
    if len(scores) != rows:
        raise ValueError(f"{name} must have {rows} rows, got {len(scores)}")
    if ((scores < 0) | (scores > 1)).any():
        raise ValueError(f"{name} must lie between 0 and 1, got {scores.min()} to {scores.max()}")
    return scores


def owned_boxes(name: str, values: ArrayLike) -> NDArray[np.float32]:
    """Return `values` as (n, 4) boxes: left, top, right, bottom.

    Raises:
        ValueError: another shape, or a box that is inside out.
    """
    boxes = owned_rows(name, values, np.float32, (4,))
    if (boxes[:, 2:] < boxes[:, :2]).any():
        raise ValueError(f"{name} must satisfy left <= right and top <= bottom")
    return boxes
