"""The examples in the docstrings of `core` are true."""

import doctest
import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import playbill.core

MODULES = [
    import_module(f"playbill.core.{module.name}")
    for module in pkgutil.iter_modules(playbill.core.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert results.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [test for module in MODULES for test in finder.find(module) if test.examples]

    assert len(examples) >= 2
