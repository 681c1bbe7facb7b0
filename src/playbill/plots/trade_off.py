"""Trade-offs as curves: what is won beside what it costs, one line for each network."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import floor

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

Curve = Sequence[tuple[float, float]]
"""(x, y) pairs, by x."""
COLOURS = ("#4c8bf5", "#e8710a", "#16a05d", "#c44fbf", "#b8860b", "#d64545")
"""Each is seen on white and on black."""
_LEAST_FALSE_MATCH = 1e-4
STROKES = ("-", "--", "-.", ":")


@dataclass(frozen=True, slots=True)
class _Look:
    """What distinguishes one kind of trade-off from another."""

    x: str
    y: str
    log_x: bool = False
    log_y: bool = False
    least_x: float = 0.0
    least_y: float = 0.0
    steps: bool = True


def roc_svg(curves: Mapping[str, Curve], *, ink: str) -> bytes:
    """Pairs: true match rate by false match rate, from 0.01 % on.

    Args:
        curves: name -> (false match rate, true match rate) pairs.
        ink: the colour of text and axes; the background is transparent.

    Raises:
        ValueError: there is nothing to draw.
    """
    seen = [y for points in curves.values() for x, y in points if x >= _LEAST_FALSE_MATCH]
    lowest = floor(min(seen, default=0.0) * 10 - 0.2) / 10
    look = _Look(
        "false match rate",
        "true match rate",
        log_x=True,
        least_x=_LEAST_FALSE_MATCH,
        least_y=max(0.0, lowest),
    )
    return _svg(curves, look, ink)


def identification_svg(curves: Mapping[str, Curve], *, ink: str) -> bytes:
    """Open set: FNIR by FPIR, both as powers of ten; arguments as above."""
    look = _Look(
        "FPIR: strangers that get a name",
        "FNIR: known faces that do not get theirs",
        log_x=True,
        log_y=True,
        least_x=1e-3,
        least_y=1e-3,
    )
    return _svg(curves, look, ink)


def precision_svg(curves: Mapping[str, Curve], *, ink: str) -> bytes:
    """Detection: precision by recall; arguments as above."""
    return _svg(curves, _Look("recall", "precision", steps=False), ink)


def _svg(curves: Mapping[str, Curve], look: _Look, ink: str) -> bytes:
    if not curves:
        raise ValueError("curves must hold at least one curve")
    figure = Figure(figsize=(5.2, 3.9), layout="constrained")
    axes = figure.subplots()
    for number, (name, points) in enumerate(curves.items()):
        xs, ys = ([max(value, least) for value in values] for values, least in _parts(points, look))
        axes.plot(
            xs,
            ys,
            label=name,
            color=COLOURS[number % len(COLOURS)],
            linestyle=STROKES[number % len(STROKES)],
            linewidth=2,
            drawstyle="steps-post" if look.steps else "default",
        )
    _dress(axes, look, ink)
    return svg_of(figure)


def _parts(points: Curve, look: _Look) -> tuple[tuple[Sequence[float], float], ...]:
    xs, ys = zip(*points, strict=True) if points else ((), ())
    return (xs, look.least_x if look.log_x else 0), (ys, look.least_y if look.log_y else 0)


def _dress(axes: Axes, look: _Look, ink: str) -> None:
    axes.set_xlabel(look.x, color=ink)
    axes.set_ylabel(look.y, color=ink)
    for log, scale, axis in (
        (look.log_x, axes.set_xscale, axes.xaxis),
        (look.log_y, axes.set_yscale, axes.yaxis),
    ):
        if log:
            scale("log")
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{share * 100:.4g} %"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlim(look.least_x, 1)
    axes.set_ylim(look.least_y, 1 if look.log_y else 1.01)
    axes.tick_params(colors=ink, which="both", labelsize=9)
    for spine in axes.spines.values():
        spine.set_color(ink)
        spine.set_alpha(0.35)
    axes.grid(color=ink, alpha=0.14, which="major")
    axes.legend(frameon=False, labelcolor=ink, fontsize=9, loc="best")


def svg_of(figure: Figure) -> bytes:
    """The figure as SVG on nothing, its text as text; the same bytes for the same figure.

    Letters that matplotlib's own font lacks are no matter: whoever shows the picture has them.
    """
    picture = BytesIO()
    with (
        mpl.rc_context({"svg.hashsalt": "playbill", "svg.fonttype": "none"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(picture, format="svg", transparent=True, metadata={"Date": None})
    return picture.getvalue()
