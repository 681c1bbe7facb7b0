"""The examples in the docstrings of `exports` are true."""

import doctest

import pytest

from playbill.exports import accept, timecode, words


@pytest.mark.parametrize("module", [accept, timecode, words])
def test_examples_in_docstrings_are_true(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]

    assert results.attempted
    assert not results.failed
