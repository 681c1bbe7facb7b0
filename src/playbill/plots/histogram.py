"""How often each class is there: bars with names, or, of many classes, the curve of their ranks."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from playbill.plots.names import drawable

MOST_BARS = 120
"""Classes whose names can be read beside bars; of more, ranks are drawn."""
BARS_A_COLUMN = 40
NAMED_RANKS = 8
_BAR, _EMPTY = "#2f6fb3", "#c0392b"


def histogram_png(
    counts: Sequence[tuple[str, int]], *, title: str, of: str, classes: str = "classes"
) -> bytes:
    """Draw counts of classes as PNG, most first.

    Args:
        counts: name and count of each class.
        title: what data set this is.
        of: what was counted: `objects`, `pictures`.
        classes: what the classes are: `classes`, `people`.

    Raises:
        ValueError: there are no classes.
    """
    if not counts:
        raise ValueError("counts must hold at least one class")
    ranked = sorted(counts, key=lambda entry: (-entry[1], entry[0]))
    figure = _bars(ranked, of) if len(ranked) <= MOST_BARS else _ranks(ranked, of, classes)
    total = sum(count for _, count in ranked)
    figure.suptitle(f"{drawable(title)}: {len(ranked):,} {classes}, {total:,} {of}", fontsize=12)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    return picture.getvalue()


def _bars(ranked: Sequence[tuple[str, int]], of: str) -> Figure:
    columns = -(-len(ranked) // BARS_A_COLUMN)
    rows = -(-len(ranked) // columns)
    figure = Figure(figsize=(1 + 5 * columns, 1.3 + 0.21 * rows), layout="constrained")
    most = max(count for _, count in ranked)
    for column, axes in enumerate(figure.subplots(1, columns, squeeze=False)[0]):
        part = ranked[column * rows : (column + 1) * rows]
        _bar_column(axes, part, most)
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_xlabel(f"{of} (logarithmic)" if _is_wide(most) else of, fontsize=8)
    return figure


def _bar_column(axes: Axes, part: Sequence[tuple[str, int]], most: int) -> None:
    places = np.arange(len(part))
    if _is_wide(most):
        axes.set_xscale("symlog", linthresh=1)
    axes.barh(places, [count for _, count in part], color=_BAR, height=0.72)
    axes.set_yticks(places, [drawable(name) for name, _ in part], fontsize=8)
    for place, (_, count) in enumerate(part):
        axes.annotate(
            f"{count:,}",
            (count, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color="black" if count else _EMPTY,
        )
    axes.set_xlim(0, most * (4 if _is_wide(most) else 1.15) or 1)
    _tidy(axes)


def _is_wide(most: int) -> bool:
    """Whether small counts could not be seen beside the largest one."""
    return most > 50


def _ranks(ranked: Sequence[tuple[str, int]], of: str, classes: str) -> Figure:
    """Counts by rank above, and below how many classes have so many."""
    values = np.array([count for _, count in ranked])
    figure = Figure(figsize=(11, 8), layout="constrained")
    above, below = figure.subplots(2, 1)
    above.fill_between(np.arange(1, len(values) + 1), values, step="mid", color=_BAR, alpha=0.85)
    above.set_yscale("symlog", linthresh=1)
    above.set_xscale("log")
    above.set_xlim(0.8, len(values) + 0.5)
    above.set_ylim(0, values.max() * 2 or 1)
    above.set_xlabel(f"rank among {len(values):,} {classes} (logarithmic)", fontsize=9)
    above.set_ylabel(f"{of} (logarithmic)", fontsize=9)
    named = [f"{drawable(name)}  {count:,}" for name, count in ranked[:NAMED_RANKS]]
    above.text(
        0.985, 0.95, "most:\n" + "\n".join(named),
        transform=above.transAxes, ha="right", va="top", fontsize=8,
    )  # fmt: skip
    edges = _edges(int(values.min()), int(values.max()))
    found = np.histogram(values, edges)[0]
    bars = below.bar(np.arange(len(found)), found, color=_BAR, width=0.8)
    below.bar_label(bars, [f"{count:,}" for count in found], fontsize=8, padding=2)
    labels = [_span(low, high - 1) for low, high in pairwise(edges)]
    below.set_xticks(np.arange(len(found)), labels)
    below.set_ylim(0, found.max() * 1.12)
    below.set_xlabel(f"{of} of one of the {classes}", fontsize=9)
    below.set_ylabel(f"how many of the {classes}", fontsize=9)
    for axes in (above, below):
        _tidy(axes)
    return figure


def _edges(least: int, most: int) -> list[int]:
    """0, 1, 2, 3, 5, 10, 20, 50, ...: from `least` to beyond `most`."""
    edges = [0, 1, 2, 3, 5, 10]
    while edges[-1] <= most:
        edges.append(edges[-1] * 5 // 2 if str(edges[-1])[0] == "2" else edges[-1] * 2)
    return edges[sum(edge <= least for edge in edges) - 1 :]


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _tidy(axes: Axes) -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
