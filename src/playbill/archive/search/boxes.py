"""Where everything is in a frame, as the stored documents tell it."""

import json
from collections import OrderedDict
from collections.abc import Collection
from math import hypot
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection

from playbill.archive.documents import documents_of
from playbill.core.metadata import Box
from playbill.core.subjects import Kind
from playbill.errors import ArchiveError

KEPT = 32
"""Documents whose boxes stay in memory; an hour of video takes a few megabytes."""


class ThingBox(NamedTuple):
    """One person or object in one frame; a tuple, since an hour of video has many thousands."""

    kind: Kind
    class_id: int
    score: float
    box_xyxy: Box


Frames = dict[int, tuple[ThingBox, ...]]
"""By index; things in the order of the document, which `faces.thing` counts."""


class DocumentBoxes:
    """Boxes by run. Documents never change, so the last ones read are kept."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept, self._lock = kept, Lock()
        self._frames: OrderedDict[str, Frames] = OrderedDict()

    def of_run(self, tx: Connection, run_id: str) -> Frames:
        """All boxes of a run.

        Raises:
            ArchiveError: its document is damaged.
            NotInArchive: there is no such run.
        """
        return self.of_runs(tx, [run_id])[run_id]

    def of_runs(self, tx: Connection, run_ids: Collection[str]) -> dict[str, Frames]:
        """The same of some runs, read together; errors as for `of_run`."""
        found: dict[str, Frames] = {}
        with self._lock:
            for run_id in run_ids:
                if run_id in self._frames:
                    self._frames.move_to_end(run_id)
                    found[run_id] = self._frames[run_id]
        read = documents_of(tx, [one for one in run_ids if one not in found])
        found |= {run_id: _read(run_id, text) for run_id, text in read}
        with self._lock:
            self._frames |= found
            while len(self._frames) > self._kept:
                self._frames.popitem(last=False)
        return found


def gap(a: Box, b: Box) -> float:
    """Pixels between two boxes; 0 where they touch or overlap.

    >>> gap((0, 0, 10, 10), (13, 14, 20, 20))
    5.0
    """
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    down = max(a[1] - b[3], b[1] - a[3], 0.0)
    return hypot(across, down)


def _read(run_id: str, text: str) -> Frames:
    try:
        return {
            frame["frameIdx"]: tuple([_thing(entry, entry["Bb"]) for entry in frame["objects"]])
            for frame in json.loads(text)["frames"]
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"run {run_id}: its document is damaged: {error!r}") from error


def _thing(entry: dict[str, Any], bb: dict[str, int]) -> ThingBox:
    left, top = bb["x"], bb["y"]
    box = (left, top, left + bb["width"], top + bb["height"])
    return ThingBox(entry["kind"], entry["ObjectID"], entry["score"], box)
