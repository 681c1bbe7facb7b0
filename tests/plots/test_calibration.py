"""The picture of what scores are worth."""

from xml.etree import ElementTree

import pytest

from playbill.plots.calibration import ScorePoint, calibration_svg

POINTS = [ScorePoint(0.1, 0.0, 0.0, 0.4, 5), ScorePoint(0.95, 1.0, 0.9, 1.0, 1200)]


def words(svg: bytes) -> list[str]:
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(each.itertext()).strip() for each in found]


def test_axes_and_curves_are_named() -> None:
    svg = calibration_svg({"known people": POINTS, "all": POINTS}, named_from=0.5, ink="#123456")
    shown = words(svg)

    assert {"known people", "all", "share of right answers", "score of who came first"} <= {*shown}
    assert b"#123456" in svg


def test_the_same_points_are_the_same_bytes() -> None:
    first, second = (calibration_svg({"a": POINTS}, named_from=0.5, ink="k") for _ in range(2))

    assert first == second


@pytest.mark.parametrize("curves", [{}, {"nothing": []}])
def test_nothing_to_draw_is_refused(curves: dict[str, list[ScorePoint]]) -> None:
    with pytest.raises(ValueError, match="at least one point"):
        calibration_svg(curves, named_from=0.5, ink="k")
