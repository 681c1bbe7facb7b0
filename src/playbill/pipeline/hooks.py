"""What an analysis tells its caller while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.media import MediaInfo


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the analysis of one medium is."""

    media: MediaInfo
    done: int
    """Frames analysed so far."""
    expected: int
    """Frames to be analysed in all."""
    time_s: Fraction
    """How much of the medium is behind us, in seconds of its own time."""


Hook = Callable[[Progress], None]


def no_hook(progress: Progress) -> None:
    """Nobody wants to know."""
