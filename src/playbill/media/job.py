"""What is to be read of a video, and how."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from playbill.media.containers import open_container, video_stream
from playbill.media.decoding import prepare
from playbill.media.sampling import Sampling
from playbill.media.survey import Survey
from playbill.media.watch import Watch


@dataclass(frozen=True, slots=True)
class Job:
    """One way through one video."""

    path: Path
    facts: Survey
    sampling: Sampling
    part: range | None
    """Of the wanted frames only these are to be given; None: all."""
    threads: int
    """Of planned decoding."""
    max_pixels: int
    watch: Watch

    @contextmanager
    def decoder(self, *, strict: bool = False) -> Iterator[tuple[InputContainer, VideoStream]]:
        """The file, opened, and its stream, ready to decode; closed when the block ends.

        Args:
            strict: damage is an error. Not where decoding restarts at open groups: they speak of
                frames before, and a strict decoder takes it ill that these are not there.
        """
        with open_container(self.path) as container:
            stream = video_stream(container, self.path)
            threads = self.threads if strict else 1
            prepare(stream, threads=threads, max_pixels=self.max_pixels, strict=strict)
            yield container, stream
