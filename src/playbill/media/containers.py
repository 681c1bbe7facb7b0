"""Opening video files so that nothing but the file itself is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from playbill.errors import MediaError
from playbill.media.files import open_file, read_head
from playbill.media.signatures import impostor, is_text, picture_format

DEMUXERS = ("mov", "matroska", "mpegts", "mpeg", "avi", "mxf", "flv", "ogg", "gif", "asf", "dv")
"""ffmpeg's names of the containers that are read; none of them refers to other files."""

OPTIONS = {"format_whitelist": ",".join(DEMUXERS), "protocol_whitelist": "file"}
BUFFER_BYTES = 1 << 18


def _refuse_reference(url: str, flags: int, options: dict[str, str]) -> None:
    raise PermissionError(f"a video may not open other files ({url}, {flags}, {options})")


@contextmanager
def open_container(path: Path) -> Iterator[InputContainer]:
    """Open a video file; it is closed when the block ends.

    ffmpeg gets an open file, not a name, is told which containers to expect, and is refused any
    other file it may ask for.

    Raises:
        MediaError: the file cannot be read, is no video in a known container, or only refers to
            other files.
    """
    head = read_head(path)
    if reference := impostor(head):
        raise MediaError(
            f"{path}: is {reference} that names other files, expected the video itself"
        )
    with open_file(path) as file:
        try:
            container = av.open(
                file,
                "r",
                options=OPTIONS,
                metadata_errors="replace",  # titles and comments need not be UTF-8
                buffer_size=BUFFER_BYTES,
                io_open=_refuse_reference,
            )
        except (av.FFmpegError, OSError) as error:
            raise MediaError(f"{path}: {_what_else(head)}, expected a video") from error
        with container:
            yield container


def _what_else(head: bytes) -> str:
    if is_text(head):
        return "is text"
    form = picture_format(head)
    return f"is a {form} picture" if form else "is in no known container, or cut off or damaged"


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The stream of moving pictures; all others are told to stay silent.

    Raises:
        MediaError: there is none, or no decoder for it.
    """
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not moving:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "no streams"
        raise MediaError(f"{path}: has no video stream (found: {kinds})")
    best = container.streams.best("video")
    chosen = next((stream for stream in moving if stream is best), moving[0])
    if chosen.codec_context is None:
        raise MediaError(f"{path}: there is no decoder for its video stream")
    for stream in container.streams:
        if stream.index != chosen.index:
            stream.discard = av.stream.Discard.all
    return chosen
