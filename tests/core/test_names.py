"""Names as they are kept, and what is no name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbill.core.names import MAX_NAME_LENGTH, clean_name
from playbill.errors import ArchiveError, BadName, GalleryError


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "is blank"),
        (" \t\n ", "is blank"),
        ("x" * (MAX_NAME_LENGTH + 1), "has 1001 characters, expected at most 1000"),
        ("red\x1b[31m", "control characters"),
        ("nul\0", "control characters"),
        ("bad \udcff byte", "undecodable bytes"),
    ],
)
def test_names_that_cannot_be_are_refused(name: str, message: str) -> None:
    with pytest.raises(BadName, match=message):
        clean_name(name)


@given(st.text(max_size=50))
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    try:
        clean = clean_name(name)
    except BadName:
        return
    assert clean_name(clean) == clean


def test_a_bad_name_is_refused_by_galleries_and_by_archives() -> None:
    assert issubclass(BadName, GalleryError)
    assert issubclass(BadName, ArchiveError)
