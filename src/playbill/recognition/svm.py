"""Linear support vector machines, one against rest, all people solved at once.

Per person the problem of scikit-learn's `LinearSVC(C=1)`, with f(x) = w·x + b and y = +1 for the
person's own rows, -1 for all others (Fan et al., "LIBLINEAR", JMLR 9, 2008; b is regularised):

    minimise  (|w|² + b²) / 2 + cost · Σ max(0, 1 - y f(x))²

A block of people shares every pass over the rows: two matrix products, X·Dᵀ and Hᵀ·X, advance all
of them. The method is preconditioned non-linear conjugate gradients (Polak and Ribière, with
restarts) with a line search by Newton steps, nearly exact because the loss along a line is
piecewise quadratic. It starts from the centroids, and the preconditioner knows that the curvature
of a person's problem is about I + 2·cost·(share·XᵀX + n⁺·μμᵀ): the share of rows that bear on the
person, the second moments of all rows, and the person's own mean; one decomposition of XᵀX serves
everybody. On 1,500 people with 157 rows each this takes 6 rounds; from zero, with a share that
follows the rows inside the margin, it took 20.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK_VALUES = 1 << 26
"""Rows x people that are worked on at once: 256 MiB an array, and there are two."""
_CHUNK_VALUES = 1 << 20
"""Rows x people of one product: what it leaves stays in the processor's cache."""
_MAX_ROUNDS = 30
_LINE_STEPS = 3
_TOLERANCE = 0.005
"""A person is solved when the gradient has this share of the length it has where f is -1."""
_SHARE_PER_OWN_ROW = 5.0
"""Rows that end inside a person's margin, for each row of their own; found by trial."""
_START_REST, _START_OWN = -2.0, 0.8
"""f of the mean of all rows, and of the mean of a person's own, to start from."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearSvm:
    """One hyperplane for each person."""

    planes: Floats
    """(people, d + 1) weights, then the intercept."""

    def decisions(self, vectors: Floats) -> Floats:
        """(n, d) -> (n, people) signed decision values; the highest is the answer."""
        scores: Floats = vectors @ self.planes[:, :-1].T
        scores += self.planes[:, -1]
        return scores


def fit_svm(
    vectors: Floats, person_of_row: NDArray[np.int64], people: int, *, cost: float = 1.0
) -> LinearSvm:
    """Separate each of `people` from all others.

    Args:
        vectors: (n, d).
        person_of_row: (n,) 0 to `people` - 1, each at least once.
        people: how many.
        cost: the weight of the errors, LinearSVC's C.
    """
    moments = _Moments.of(vectors)
    width = max(1, min(people, _BLOCK_VALUES // len(vectors)))
    planes = np.empty((people, vectors.shape[1] + 1), np.float32)
    for first in range(0, people, width):
        last = min(first + width, people)
        block = _Block(vectors, person_of_row, (first, last), moments, cost)
        planes[first:last] = block.solve()
    return LinearSvm(planes)


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """The eigenvalues and eigenvectors of XᵀX, X with a column of ones."""

    values: NDArray[np.float64]
    axes: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "_Moments":
        n, d = vectors.shape
        moments = np.empty((d + 1, d + 1))
        moments[:d, :d] = vectors.T @ vectors
        moments[d, :d] = moments[:d, d] = vectors.sum(axis=0, dtype=np.float64)
        moments[d, d] = n
        values, axes = np.linalg.eigh(moments)
        return cls(np.maximum(values, 0), axes.astype(np.float32))


class _Block:
    """The problems of some neighbouring people, advanced together."""

    def __init__(
        self,
        vectors: Floats,
        person_of_row: NDArray[np.int64],
        people: tuple[int, int],
        moments: _Moments,
        cost: float,
    ) -> None:
        first, last = people
        self._vectors = vectors
        self._moments = moments
        self._cost = cost
        self._width = last - first
        self._own_rows = np.flatnonzero((person_of_row >= first) & (person_of_row < last))
        self._own_columns = person_of_row[self._own_rows] - first
        self._own_sums = self._sums_of_own_rows()
        own_counts = self._own_sums[:, -1:]
        self._share = np.minimum(_SHARE_PER_OWN_ROW * own_counts / len(vectors), 1)
        self._planes = self._start(self._own_sums / own_counts)
        # What the hinge sees, 1 - y f(x).
        self._slack = np.empty((len(vectors), self._width), np.float32)
        self._change = np.empty_like(self._slack)
        for part, rows, columns in self._chunks():
            self._write_change(self._planes, part, rows, columns)
            np.add(self._change[part], 1, out=self._slack[part])

    def solve(self) -> Floats:
        """Conjugate gradients until every person of the block is solved."""
        gradient = self._gradient()
        step = self._precondition(gradient)
        direction = -step
        aim = _TOLERANCE * 4 * self._cost * np.linalg.norm(self._own_sums, axis=1)
        for _ in range(_MAX_ROUNDS):
            self._advance(direction)
            before, descent = gradient, np.maximum(_row_dots(gradient, step), 1e-30)
            gradient = self._gradient()
            if (np.linalg.norm(gradient, axis=1) <= aim).all():
                break
            step = self._precondition(gradient)
            keep = np.maximum(0, _row_dots(gradient - before, step) / descent)
            direction = keep[:, None].astype(np.float32) * direction - step
        return self._planes

    def _start(self, own_means: Floats) -> Floats:
        """Planes across the way from the mean of all rows to each own mean."""
        mean = self._vectors.mean(axis=0)
        planes: Floats = own_means - np.append(mean, np.float32(1))
        low, high = planes[:, :-1] @ mean, _row_dots(planes[:, :-1], own_means[:, :-1])
        planes *= ((_START_OWN - _START_REST) / np.maximum(high - low, 1e-6))[:, None]
        planes[:, -1] = _START_REST - planes[:, :-1] @ mean
        return planes

    def _chunks(self) -> Iterator[tuple[slice, NDArray[np.intp], NDArray[np.int64]]]:
        """Slices of rows, with the places of own rows in them (rows from the slice's first)."""
        size = max(256, _CHUNK_VALUES // self._width)
        for start in range(0, len(self._vectors), size):
            low, high = np.searchsorted(self._own_rows, [start, start + size])
            rows = self._own_rows[low:high] - start
            yield slice(start, start + size), rows, self._own_columns[low:high]

    def _sums_of_own_rows(self) -> Floats:
        sums = np.empty((self._width, self._vectors.shape[1] + 1), np.float32)
        order = np.argsort(self._own_columns, kind="stable")
        starts = np.searchsorted(self._own_columns[order], np.arange(self._width))
        sums[:, :-1] = np.add.reduceat(self._vectors[self._own_rows[order]], starts, axis=0)
        sums[:, -1] = np.bincount(self._own_columns, minlength=self._width)
        return sums

    def _gradient(self) -> Floats:
        """(people, d + 1) of the whole objective."""
        pull = np.zeros_like(self._planes)
        for part, rows, columns in self._chunks():
            hinge = np.maximum(self._slack[part], 0)
            hinge[rows, columns] *= -1
            pull[:, :-1] += hinge.T @ self._vectors[part]
            pull[:, -1] += hinge.sum(axis=0)
        return self._planes + np.float32(2 * self._cost) * pull

    def _precondition(self, gradient: Floats) -> Floats:
        """Divide by the expected curvature: the shared part in XᵀX's axes, then own mean's."""
        own: Floats = self._own_sums * np.sqrt(2 * self._cost / self._own_sums[:, -1:])
        shrunk, shrunk_own = self._shrink(gradient), self._shrink(own)
        along = _row_dots(own, shrunk) / (1 + _row_dots(own, shrunk_own))
        step: Floats = shrunk - along[:, None].astype(np.float32) * shrunk_own
        return step

    def _shrink(self, planes: Floats) -> Floats:
        """Divide (people, d + 1) by I + 2·cost·share·XᵀX."""
        scale = 1 + 2 * self._cost * self._share * self._moments.values
        along_axes: Floats = planes @ self._moments.axes
        along_axes /= scale
        shrunk: Floats = along_axes @ self._moments.axes.T
        return shrunk

    def _advance(self, direction: Floats) -> None:
        """Go along `direction` (people, d + 1) to each person's lowest point on it."""
        slope = _row_dots(self._planes, direction)
        bend = _row_dots(direction, direction)
        length = np.zeros(self._width)
        for i in range(_LINE_STEPS):
            first, second = slope + length * bend, bend.copy()
            for part, rows, columns in self._chunks():
                if i == 0:
                    self._write_change(direction, part, rows, columns)
                change = self._change[part]
                slack = change * length.astype(np.float32)
                slack += self._slack[part]
                np.maximum(slack, 0, out=slack)
                first += 2 * self._cost * _column_dots(slack, change)
                np.multiply(change, slack > 0, out=slack)
                second += 2 * self._cost * _column_dots(slack, change)
            length = length - first / np.maximum(second, 1e-30)
        self._planes += length[:, None].astype(np.float32) * direction
        for part, _, _ in self._chunks():
            self._change[part] *= length.astype(np.float32)
            self._slack[part] += self._change[part]

    def _write_change(
        self,
        direction: Floats,
        part: slice,
        rows: NDArray[np.intp],
        columns: NDArray[np.int64],
    ) -> None:
        """How the slack of these rows changes along `direction`."""
        change = self._change[part]
        np.matmul(self._vectors[part], direction[:, :-1].T, out=change)
        change += direction[:, -1]
        change[rows, columns] *= -1


def _row_dots(a: Floats, b: Floats) -> NDArray[np.float64]:
    """(n,) of (n, d) and (n, d)."""
    dots: NDArray[np.float64] = np.einsum("ij,ij->i", a, b, dtype=np.float64)
    return dots


def _column_dots(a: Floats, b: Floats) -> NDArray[np.float64]:
    """(d,) of (n, d) and (n, d)."""
    dots: NDArray[np.float64] = np.einsum("ij,ij->j", a, b).astype(np.float64)
    return dots
