"""Confusion matrices: what it is by what it was taken for."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from playbill.plots.names import written
from playbill.plots.trade_off import svg_of

MOST = 24
"""Rows and columns that can be told apart; those with the most in them are drawn."""
_SHADES = {"right": "#16a05d", "wrong": "#e8710a"}


def confusion_svg(
    counts: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str], *, ink: str
) -> bytes:
    """A matrix as shares of its rows, with the counts written in.

    Equal row and column numbers are right answers and green, all others orange.

    Args:
        counts: (rows, columns).
        rows: what it is, one name a row.
        columns: what it was taken for.
        ink: the colour of text; the background is transparent.

    Raises:
        ValueError: the names do not fit the matrix, or there are none.
    """
    if counts.shape != (len(rows), len(columns)) or not counts.size:
        raise ValueError(f"counts must be ({len(rows)}, {len(columns)}), got {counts.shape}")
    kept_rows, kept_columns = most_counted(counts)
    part = counts[np.ix_(kept_rows, kept_columns)]
    height, width = part.shape
    figure = Figure(figsize=(2.4 + 0.36 * width, 1.9 + 0.3 * height), layout="constrained")
    axes = figure.subplots()
    shares = part / np.maximum(counts.sum(axis=1, keepdims=True)[kept_rows], 1)
    _shade(axes, np.where(part, shares, -1), np.equal.outer(kept_rows, kept_columns))
    for y, x in np.argwhere(part > 0):
        size = 8 if part[y, x] < 1000 else 6
        axes.text(x + 0.5, y + 0.5, f"{part[y, x]}", ha="center", va="center", color=ink, size=size)
    axes.set_xticks(
        np.arange(width) + 0.5,
        [written(columns[i]) for i in kept_columns],
        rotation=60,
        ha="right",
        rotation_mode="anchor",
    )
    axes.set_yticks(np.arange(height) + 0.5, [written(rows[i]) for i in kept_rows])
    axes.tick_params(colors=ink, labelsize=8, length=0)
    axes.set_xlabel("taken for", color=ink)
    axes.set_ylabel("is", color=ink)
    axes.invert_yaxis()
    for spine in axes.spines.values():
        spine.set_color(ink)
        spine.set_alpha(0.35)
    return svg_of(figure)


def _shade(axes: Axes, shares: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    """Paint what is right and what is wrong; a share below 0 is left out."""
    for kind, where in (("right", right), ("wrong", ~right)):
        shown = np.ma.masked_where(~where | (shares < 0), shares)
        shades = LinearSegmentedColormap.from_list(kind, [f"{_SHADES[kind]}22", _SHADES[kind]])
        axes.pcolormesh(shown, cmap=shades, vmin=0, vmax=1, edgecolors="none")


def most_counted(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows and columns to draw: those with the most in them, in their own order.

    The last of each, which stands for nothing, is always there.
    """
    square = counts.shape[0] == counts.shape[1]
    sums = counts.sum(axis=1), counts.sum(axis=0)
    if square:
        both = sums[0] + sums[1]
        kept = _largest(both)
        return kept, kept
    return _largest(sums[0]), _largest(sums[1])


def _largest(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    last = len(sums) - 1
    first = np.argsort(-sums[:last], kind="stable")[: MOST - 1]
    return np.sort(np.append(first, last))
