"""Videos that were looked over already: a second frame of one costs no second look."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from playbill.archive.media import MediaRow
from playbill.media.survey import Limits, Survey, survey

MOST_FRAMES = 2_000_000
"""Of all videos that are remembered, about 100 bytes each; the one asked for last always is."""
_Key = tuple[str, int, int]


class Surveys:
    """What is known of the videos that were asked for last."""

    def __init__(self, most_frames: int = MOST_FRAMES) -> None:
        self._most_frames, self._lock = most_frames, Lock()
        self._known: OrderedDict[_Key, Survey] = OrderedDict()

    def of(self, media: MediaRow, path: Path) -> Survey:
        """Of a video whose file is at `path`; a file that was altered is looked over again.

        Raises:
            MediaError: it cannot be used.
        """
        key = _key(media, path)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        looked = survey(path, Limits())
        with self._lock:
            self._known[key] = looked
            while len(self._known) > 1 and self._frames() > self._most_frames:
                self._known.popitem(last=False)
        return looked

    def __len__(self) -> int:
        return len(self._known)

    def _frames(self) -> int:
        return sum(one.frames_expected for one in self._known.values())


def _key(media: MediaRow, path: Path) -> _Key:
    """Files of the blobs are called after what they hold; others may have been altered."""
    stat = path.stat()
    named = media.place is not None and Path(media.place).is_absolute()
    return media.id, stat.st_size, stat.st_mtime_ns if named else 0
