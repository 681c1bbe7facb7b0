"""The time code that a video itself begins with: what a camera or an edit suite wrote into it."""

import re

from av.container import InputContainer
from av.video.stream import VideoStream

_TIMECODE = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][:;][0-9]{2}")


def start_timecode(container: InputContainer, stream: VideoStream) -> str | None:
    """Time code of the first frame: `HH:MM:SS:FF`, or `HH:MM:SS;FF` where numbers are dropped.

    Where a file has several, that of the picture counts before that of a time code track (`tmcd` of
    QuickTime and MP4), and either before that of the whole file (MXF's material package). What is
    no time code is passed over; None: there is none.
    """
    tracks = [other.metadata for other in container.streams if other.type == "data"]
    for metadata in (stream.metadata, *tracks, container.metadata):
        for key, value in metadata.items():  # Matroska writes its keys in capitals
            if key.lower() == "timecode" and _TIMECODE.fullmatch(value):
                return value
    return None
