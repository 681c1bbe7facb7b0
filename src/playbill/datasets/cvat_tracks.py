"""CVAT's tracks of a video: its frames as pictures, for as far as these lie on the disk."""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from playbill.datasets.checking import Row, Sheet, checked
from playbill.datasets.cvat_shapes import is_shape, read_shape
from playbill.datasets.cvat_xml import CvatMeta
from playbill.datasets.numbers import whole_of
from playbill.datasets.objects import About, PictureDetails, PictureObjects
from playbill.datasets.picture_files import find_pictures, report_missing
from playbill.datasets.reading import Reading

_LAST_NUMBER = re.compile(r"(\d+)$")


@dataclass(slots=True)
class TrackBoxes:
    """Every visible box of every track, in the order of the file."""

    rows: list[Row] = field(default_factory=list)
    """Their class ids are indices into `names`."""
    frames: "array[int]" = field(default_factory=lambda: array("q"))
    names: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def labels(self) -> set[str]:
        """The labels of all tracks."""
        return set(self.names) - {""}

    def add(self, track: Element, path: Path, reading: Reading) -> None:
        """Take a `<track>`; boxes in which the object has left the picture are none."""
        number, label = track.get("id", ""), track.get("label", "")
        class_id = self.names.setdefault(label, len(self.names))
        for element in track:
            frame = whole_of(element.get("frame"))
            where = f"{path}: track {number}: frame {element.get('frame', '')}"
            if not is_shape(element) or element.tag == "mask" or frame is None:
                sentence = f"<{element.tag}> is not understood, expected a box with a frame"
                reading.report("unheld-shape", where, sentence)
            elif element.get("outside") != "1":
                try:
                    self.rows.append(_row(element, class_id, number, outlines=reading.outlines))
                    self.frames.append(frame)
                except (ValueError, OverflowError) as error:
                    reading.report("unreadable-labels", where, str(error))


def _row(element: Element, class_id: int, track: str, *, outlines: bool) -> Row:
    row = read_shape(element, class_id, (0, 0), f"track {track}", outlines=outlines)
    details = replace(
        row.details,
        track=whole_of(track),
        keyframe=element.get("keyframe") == "1",
    )
    return replace(row, details=details)


@dataclass(frozen=True, slots=True, eq=False)
class CvatVideo:
    """A CVAT file about a video."""

    name: str
    labels: tuple[str, ...]
    about: About
    path: Path
    pictures: Path
    meta: CvatMeta
    boxes: TrackBoxes
    frames: tuple[tuple[int, Path], ...]
    """Number and picture of each frame that is there."""
    reading: Reading

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[PictureObjects]:
        frames = np.array(self.boxes.frames, np.int64)
        order = np.argsort(frames, kind="stable")
        labels = list(self.boxes.names)
        for number, path in self.frames:
            start, end = np.searchsorted(frames[order], [number, number + 1])
            where = f"{self.path}: frame {number}"
            rows = [self.boxes.rows[n] for n in order[start:end].tolist()]
            known = [
                row.of_class(self.labels.index(labels[row.class_id]))
                for row in rows
                if self._is_known(labels[row.class_id], where)
            ]
            name = path.relative_to(self.pictures).as_posix()
            details = PictureDetails(id=number)
            picture = checked(
                Sheet(path, name, self.meta.frame_wh, where, details), known, self.reading
            )
            if picture is not None:
                yield picture

    def _is_known(self, label: str, where: str) -> bool:
        if label in self.labels:
            return True
        sentence = f"the class is {label!r}, expected one of {len(self.labels)} labels"
        self.reading.report("unknown-label", where, sentence)
        return False


def open_frames(video: CvatVideo) -> CvatVideo:
    """Find the pictures of the frames: those whose names end in the number of the frame.

    CVAT itself calls them `frame_000000.PNG` and so on. Frames without a box are pictures without
    objects, where they are there.
    """
    found: dict[int, Path] = {}
    if video.pictures.is_dir():
        for path in find_pictures(video.pictures):
            number = _LAST_NUMBER.search(path.stem)
            if number:
                found.setdefault(int(number[1]), path)
    with_boxes = set(video.boxes.frames)
    missing = [f"frame {number}" for number in sorted(with_boxes - set(found))]
    where = f"{video.path}: frames as pictures in {video.pictures}"
    report_missing(video.reading, where, missing, len(with_boxes))
    last = max([video.meta.frames - 1, *with_boxes])
    return replace(video, frames=tuple((n, found[n]) for n in sorted(found) if n <= last))
