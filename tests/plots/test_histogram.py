"""Histograms of classes: pictures whose bars and names can be read."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from playbill.plots.histogram import histogram_png
from playbill.plots.names import MOST_LETTERS, drawable

BAR = (47, 111, 179)


def drawn(counts: list[tuple[str, int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    png = histogram_png(counts, title="a set", of="objects")
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"), np.int64)


def bar_lengths(image: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[int]:
    """The lengths of the runs of bar pixels, from top to bottom."""
    blue = (np.abs(image - BAR).max(axis=2) < 8).sum(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], blue > 0, [0]])))
    return [int(blue[start:end].max()) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def test_a_bar_is_as_long_as_its_count_says() -> None:
    lengths = bar_lengths(drawn([("cat", 10), ("dog", 40), ("cow", 20)]))

    assert len(lengths) == 3
    assert lengths[1] / lengths[0] == pytest.approx(0.5, abs=0.02)
    assert lengths[2] / lengths[0] == pytest.approx(0.25, abs=0.02)


def test_80_classes_have_a_bar_each_with_room_for_a_name() -> None:
    image = drawn([(f"class {number}", 1 + number) for number in range(80)])

    assert len(bar_lengths(image)) == 40  # two columns side by side
    assert image.shape[0] / 40 > 18
    assert image.shape[1] < 1600


def test_2000_people_make_one_picture_of_ordinary_size() -> None:
    image = drawn([(f"person {number}", 1 + 5000 // (number + 1)) for number in range(2000)])

    assert image.shape[0] < 1100
    assert image.shape[1] < 1400


@pytest.mark.parametrize("counts", [[("one", 1)], [("none", 0)], [("none", 0)] * 200])
def test_little_is_drawn_without_a_word(counts: list[tuple[str, int]]) -> None:
    assert drawn(counts).size


def test_names_in_any_script_are_drawn_without_a_warning() -> None:
    drawn([("李小龙", 3), ("Ада $x^2$ Лавлейс", 2), ("\U0001f3ad", 1), ("a" * 200, 1)])

    assert drawable("李a") == "\N{WHITE SQUARE}a"
    assert len(drawable("a" * 200)) == MOST_LETTERS


def test_nothing_to_draw_is_a_slip_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one class"):
        histogram_png([], title="a set", of="objects")
