"""A picture or video with its boxes and names drawn in, as a new file."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from playbill.core.analysis import Analysis
from playbill.core.frame import Frame, Image
from playbill.errors import OutputError
from playbill.media.images import read_image
from playbill.media.video import SampledVideo
from playbill.media.writer import PICTURE_FORMATS, VideoWriter, write_image
from playbill.rendering.drawing import FramePainter, draw_frame
from playbill.rendering.motion import Motion

VIDEO_SUFFIX = ".mp4"
_RATE_WHERE_NONE_IS_TOLD = Fraction(25)

DrawingHook = Callable[[int, int], None]
"""Gets the number of frames drawn, and of all frames as far as the file tells."""


def draw_media(
    source: Path, analysis: Analysis, target: Path, progress: DrawingHook | None = None
) -> None:
    """Draw a picture as JPEG or PNG, a video as H.264 MP4 without sound.

    Raises:
        OutputError: the suffix of `target` is another one, it is the source, or it cannot be
            written.
        MediaError: the source cannot be read.
    """
    require_drawable(source, analysis.media.kind, target)
    if analysis.media.kind == "image":
        draw_image(source, analysis, target)
    else:
        draw_video(source, analysis, target, progress)


def require_drawable(source: Path, kind: str, target: Path) -> None:
    """Refuse early what `draw_media` could not do.

    Raises:
        OutputError: the suffix of `target` does not fit the kind of medium, or it is the source.
    """
    suffixes = [VIDEO_SUFFIX] if kind == "video" else list(PICTURE_FORMATS)
    if target.suffix.lower() not in suffixes:
        raise OutputError(
            f"{target}: {'a video' if kind == 'video' else 'a picture'} is drawn as "
            f"{', '.join(suffixes)}, not as {target.suffix or 'a name without suffix'}"
        )
    if target.exists() and source.exists() and target.samefile(source):
        raise OutputError(f"{target}: is the medium itself, expected another file to draw into")


def draw_image(source: Path, analysis: Analysis, target: Path) -> None:
    """Draw what was found in a still picture.

    Raises:
        OutputError: the file cannot be written.
        MediaError: the source cannot be read.
    """
    things = analysis.frames[0].things if analysis.frames else ()
    write_image(target, draw_frame(read_image(source), things))


def draw_video(
    source: Path, analysis: Analysis, target: Path, progress: DrawingHook | None = None
) -> None:
    """Draw what was found in a video into all of its frames; `Motion` says what stands where.

    The drawn video has the average frame rate of its source throughout. Where the source's rate
    varies, or frames are damaged, pictures are repeated, or left out where they come closer than
    that rate has room for, so that each moment shows what the source shows then.

    Raises:
        OutputError: the file cannot be written.
        MediaError: the source cannot be read.
    """
    rate = analysis.media.frame_rate or _RATE_WHERE_NONE_IS_TOLD
    total = round((analysis.media.duration_s or Fraction(0)) * rate)
    with (
        SampledVideo.open(source, every=1) as video,
        VideoWriter(target, analysis.media.size_wh, rate) as drawn,
    ):
        for number, image in enumerate(at_rate(_drawn(video, analysis), rate, total), start=1):
            drawn.write(image)
            if progress:
                progress(number, max(number, total))


def _drawn(frames: Iterable[Frame], analysis: Analysis) -> Iterator[tuple[Fraction, Image]]:
    painter, motion = FramePainter(analysis.media.size_wh), Motion(analysis)
    for frame in frames:
        yield frame.time_s, painter.draw(frame.image, motion.at(frame.time_s))


def at_rate(
    pictures: Iterable[tuple[Fraction, Image]], rate: Fraction, total: int
) -> Iterator[Image]:
    """Pictures with their times in seconds, as pictures at a constant rate; `total` of them.

    A constant rate passes through as it is, also where its times are rounded as in Matroska files.
    """
    written, last = 0, None
    for time_s, image in pictures:
        due = time_s * rate
        while last is not None and written + Fraction(1, 2) < due:
            yield last
            written += 1
        if due > written - Fraction(3, 2):
            yield image
            written += 1
        last = image
    while last is not None and written + Fraction(1, 2) < total:
        yield last
        written += 1
