from fractions import Fraction

import pytest

from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80
from playbill.core.people import Person
from playbill.demo import Expected, Scene, compare
from tests.support.analyses import ADA, CHARLES, analysis_of, span

IS_ADA = Expected("person", "person", ADA.name)
IS_SOMEBODY = Expected("person", "person")
IS_CUP = Expected("object", "cup")
TRUTH = (
    Scene("Ada", span(0, 4), (IS_ADA,)),
    Scene("Coffee", span(4, 8), (IS_CUP,)),
    Scene("Nothing", span(8, 10), ()),
)


def seen(who: Person | None, start: float, end: float) -> Appearance:
    return Appearance("person", "person", 0, who, span(start, end), 2, 0.9)


def cup(start: float, end: float) -> Appearance:
    return Appearance("object", "cup", COCO_80.index("cup"), None, span(start, end), 2, 0.9)


def test_what_is_found_where_it_is_is_right() -> None:
    rows = compare(TRUTH, analysis_of(appearances=(seen(ADA, 0, 4), cup(4, 8))))
    assert [(row.scene.title, row.what, row.found, row.is_right) for row in rows] == [
        ("Ada", IS_ADA, span(0, 4), True),
        ("Coffee", IS_CUP, span(4, 8), True),
    ]


def test_what_is_not_found_is_a_row_too() -> None:
    rows = compare(TRUTH, analysis_of())
    assert [(row.what, row.found, row.covered, row.is_right) for row in rows] == [
        (IS_ADA, None, 0, False),
        (IS_CUP, None, 0, False),
    ]


def test_what_is_found_and_not_there_follows_what_is_there() -> None:
    rows = compare(TRUTH, analysis_of(appearances=(seen(CHARLES, 1, 2), cup(8.5, 10))))
    assert [(row.scene.title, row.what.title, row.is_true, row.is_right) for row in rows] == [
        ("Ada", "Ada Lovelace", True, False),
        ("Ada", "Charles Babbage", False, False),
        ("Coffee", "cup", True, False),
        ("Nothing", "cup", False, False),
    ]


def test_a_name_and_no_name_are_not_the_same() -> None:
    rows = compare(TRUTH, analysis_of(appearances=(seen(None, 0, 4),)))
    assert [(row.what, row.is_true, row.covered) for row in rows[:2]] == [
        (IS_ADA, True, 0),
        (IS_SOMEBODY, False, 1),
    ]


def test_parts_are_counted_within_the_scene_and_once() -> None:
    parts = (cup(2, 5), cup(4.5, 5), cup(7, 12))
    row = next(
        row
        for row in compare(TRUTH, analysis_of(appearances=parts))
        if row.is_true and row.what == IS_CUP
    )
    assert row.found == span(4, 8)
    assert row.covered == pytest.approx(0.5)


def test_touching_a_scene_is_not_being_in_it() -> None:
    rows = compare(TRUTH, analysis_of(appearances=(cup(4, 8),)))
    assert [row.scene.title for row in rows] == ["Ada", "Coffee"]
    assert Fraction(rows[1].covered) == 1


def test_what_is_there_beside_is_right_when_found_and_no_miss_when_not() -> None:
    truth = (Scene("Coffee", span(4, 8), (), (IS_CUP,)),)
    (row,) = compare(truth, analysis_of(appearances=(cup(4, 8),)))
    assert row.is_right
    assert compare(truth, analysis_of()) == []
