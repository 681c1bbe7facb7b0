"""What a check found."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "database", "audit", "media", "files", "forgotten", "projection", "words", "document"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    kind: Kind
    sentence: str
    """What, where, found, expected."""
    fixed: bool = False
