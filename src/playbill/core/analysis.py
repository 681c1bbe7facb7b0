"""The result of analysing one medium; the archive's document in memory."""

from dataclasses import dataclass

from playbill.core.appearances import Appearance
from playbill.core.media import MediaInfo
from playbill.core.metadata import FrameMetadata
from playbill.core.run import RunRecord


@dataclass(frozen=True, slots=True)
class Analysis:
    """Who and what appears when and where in one picture or video."""

    media: MediaInfo
    run: RunRecord
    frames: tuple[FrameMetadata, ...]
    appearances: tuple[Appearance, ...]
    """By start; none for an image, which has no time."""

    def names(self) -> list[str]:
        """The names of everybody who is seen, sorted, each once."""
        return sorted({thing.name for frame in self.frames for thing in frame.things if thing.name})
