"""What a writer reports: how much was written, and what the format could not hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of writing a data set."""

    pictures: int
    objects: int
    lost: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """What the format cannot hold, in words, and how often that was there: {"crowd flags": 18}."""
