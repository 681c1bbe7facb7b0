"""Calibration: what a score is worth, as the share of right answers that go with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, StrMethodFormatter

from playbill.plots.trade_off import COLOURS, STROKES, svg_of

_MARKS = ("o", "s", "^")


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """Answers with about one score."""

    score: float
    """Their mean."""
    share: float
    """Of right answers among them ..."""
    low: float
    """... and where it lies with some confidence."""
    high: float
    answers: int


def calibration_svg(
    curves: Mapping[str, Sequence[ScorePoint]], *, named_from: float, ink: str
) -> bytes:
    """The share of right answers by score above, and how many answers there are below.

    Args:
        curves: name -> points, by score; a point has the interval as a bar.
        named_from: the score from which on a name is given.
        ink: the colour of text and axes; the background is transparent.

    Raises:
        ValueError: there is nothing to draw.
    """
    if not curves or not any(curves.values()):
        raise ValueError("curves must hold at least one point")
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    width = 0.07 / len(curves)
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        scores, shares = [point.score for point in points], [point.share for point in points]
        above.errorbar(
            scores,
            shares,
            yerr=_bars(points),
            label=name,
            color=colour,
            linestyle=STROKES[number % len(STROKES)],
            marker=_MARKS[number % len(_MARKS)],
            markersize=5,
            linewidth=1.6,
            elinewidth=1,
            capsize=2,
        )
        shift = (number - (len(curves) - 1) / 2) * width
        places = [score + shift for score in scores]
        below.bar(places, [point.answers for point in points], width=width, color=colour)
    above.set_ylim(-0.02, 1.03)
    above.set_ylabel("share of right answers", color=ink)
    above.yaxis.set_major_formatter(PercentFormatter(1))
    below.set_ylabel("answers", color=ink)
    below.set_yscale("symlog", linthresh=1)
    below.set_ylim(bottom=0)
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    below.set_xlabel("score of who came first", color=ink)
    for axes in (above, below):
        _dress(axes, named_from, ink)
    above.legend(frameon=False, labelcolor=ink, fontsize=9, loc="best")
    return svg_of(figure)


def _bars(points: Sequence[ScorePoint]) -> list[list[float]]:
    """What error bars reach down and up."""
    down = [max(0.0, point.share - point.low) for point in points]
    return [down, [max(0.0, point.high - point.share) for point in points]]


def _dress(axes: Axes, named_from: float, ink: str) -> None:
    axes.set_xlim(0, 1.02)
    axes.axvline(named_from, color=ink, alpha=0.6, linewidth=1, linestyle=":")
    axes.tick_params(colors=ink, which="both", labelsize=9)
    for spine in axes.spines.values():
        spine.set_color(ink)
        spine.set_alpha(0.35)
    axes.grid(color=ink, alpha=0.14, which="major")
