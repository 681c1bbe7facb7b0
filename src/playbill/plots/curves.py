"""Curves of a training: what it was asked for, step by step."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from matplotlib.figure import Figure

Curve = Sequence[tuple[int, float]]
"""(step, value) pairs, by step."""


def curves_png(curves: Mapping[str, Curve], *, title: str = "") -> bytes:
    """One small chart for each curve, side by side in rows of three, as PNG.

    Raises:
        ValueError: there is nothing to draw.
    """
    if not curves:
        raise ValueError("curves must hold at least one curve")
    columns = min(3, len(curves))
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(4.2 * columns, 3 * rows + 0.4), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, (name, points) in zip(axes, curves.items(), strict=False):
        steps, values = zip(*points, strict=True) if points else ((), ())
        axis.plot(steps, values, marker="." if len(points) < 40 else "", linewidth=1.2)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("step", fontsize=8)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.3)
    for axis in axes[len(curves) :]:
        axis.set_axis_off()
    if title:
        figure.suptitle(title, fontsize=11)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=110)
    return picture.getvalue()
