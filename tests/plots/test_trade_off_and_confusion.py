"""Charts of an evaluation: SVG with its text as text."""

from collections.abc import Callable
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from playbill.plots.confusion import MOST, confusion_svg, most_counted
from playbill.plots.trade_off import identification_svg, precision_svg, roc_svg

CURVE = [(0.0001, 0.5), (0.01, 0.8), (1.0, 1.0)]


def words(svg: bytes) -> list[str]:
    root = Xml.fromstring(svg)
    return [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("draw", [roc_svg, identification_svg, precision_svg])
def test_every_curve_is_named_and_the_same_curve_gives_the_same_bytes(
    draw: Callable[..., bytes],
) -> None:
    curves = {"one net": CURVE, "another": [(0.0, 0.0), (1.0, 0.9)]}

    svg = draw(curves, ink="#123456")

    assert {"one net", "another"} <= set(words(svg))
    assert b"#123456" in svg
    assert svg == draw(curves, ink="#123456")
    with pytest.raises(ValueError, match="at least one curve"):
        draw({}, ink="#000000")


def test_a_curve_of_zeros_is_drawn_on_a_scale_of_powers() -> None:
    assert "100 %" in words(identification_svg({"net": [(0.0, 0.0), (1.0, 0.0)]}, ink="black"))


def test_a_matrix_shows_its_counts_and_names() -> None:
    counts = np.array([[12, 0, 3], [1, 7, 0], [0, 2, 0]])

    shown = words(confusion_svg(counts, ["a", "b", "(nothing)"], ["a", "b", "(missed)"], ink="red"))

    assert {"12", "3", "1", "7", "2", "a", "b", "(nothing)", "(missed)", "is", "taken for"} <= set(
        shown
    )
    assert "0" not in shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"$\foo$", r"$\foo$"),
        ("a$b$", "a$b$"),
        ("홍길동", "홍길동"),
        ("two\nlines", "two lines"),
        ("bell\x07", "bell\N{WHITE SQUARE}"),
        ("<b>&", "<b>&"),
        ("x" * 300, "x" * 27 + "…"),
    ],
)
def test_any_name_is_written_as_it_is(name: str, shown: str) -> None:
    svg = confusion_svg(np.array([[1, 2], [3, 4]]), [name, "z"], [name, "z"], ink="red")

    assert words(svg).count(shown) == 2


def test_names_that_do_not_fit_the_matrix_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be \(1, 2\)"):
        confusion_svg(np.zeros((2, 2), np.int64), ["a"], ["a", "b"], ink="black")


def test_of_many_classes_the_fullest_and_the_last_are_drawn() -> None:
    counts = np.diag(np.arange(60))
    counts[59, 59] = 0

    rows, columns = most_counted(counts)

    assert rows.tolist() == columns.tolist() == [*range(60 - MOST, 59), 59]
