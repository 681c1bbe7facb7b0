"""One measured row of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, what was asked for, what came out."""

    what: str
    must: str
    measured: str
    met: bool
    note: str = ""
    """How it was measured, in a few words: n, inputs, medians of how many."""
