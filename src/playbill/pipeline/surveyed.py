"""A medium, looked over once and ready to be analysed in parts."""

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from playbill.core.media import MediaInfo
from playbill.media.files import unreadable
from playbill.media.probe import media_kind, probe
from playbill.media.survey import Limits, Survey, survey


@dataclass(frozen=True, slots=True, eq=False)
class SurveyedMedia:
    """What there is to know of a picture or video before its pixels are decoded."""

    path: Path
    info: MediaInfo
    video: Survey | None
    """None: it is a picture."""

    @property
    def end_s(self) -> Fraction | None:
        """When it ends; None: it has no time."""
        return None if self.video is None else self.info.duration_s or Fraction(0)


def survey_media(path: Path) -> SurveyedMedia:
    """Look a file over: hash it and, if it is a video, read its packets.

    Raises:
        MediaError: the file cannot be read, is neither picture nor video, is damaged beyond use, or
            is more than the limits admit.
    """
    if media_kind(path) == "image":
        return SurveyedMedia(path, probe(path), None)
    video = survey(path, Limits())
    return SurveyedMedia(path, video.info, video)


_Stamp = tuple[str, int, int, int]
"""Path, inode, bytes, and nanoseconds of the last change."""


@dataclass(slots=True)
class SurveyCache:
    """The last few surveys, so that each segment of a video does not cost one.

    A file that has changed since, by size or time, is looked over again. Not for several threads.
    """

    room: int = 4
    _surveys: OrderedDict[_Stamp, SurveyedMedia] = field(default_factory=OrderedDict)

    def survey(self, path: Path) -> SurveyedMedia:
        """Look a file over, or remember; errors as `survey_media`."""
        stamp = _stamp(path)
        found = self._surveys.pop(stamp, None) or survey_media(path)
        self._surveys[stamp] = found
        while len(self._surveys) > self.room:
            self._surveys.popitem(last=False)
        return found


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return (os.fspath(path.absolute()), state.st_ino, state.st_size, state.st_mtime_ns)
