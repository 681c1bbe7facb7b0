"""Analysed frames as labelled pictures: what the writers of training formats take."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from playbill.core.analysis import Analysis
from playbill.core.boxes import whole_pixels
from playbill.core.labels import COCO_80
from playbill.core.media import MediaInfo
from playbill.core.metadata import FrameMetadata, Thing
from playbill.datasets.objects import (
    About,
    ObjectDetails,
    Part,
    PictureDetails,
    PictureObjects,
    VideoFrame,
)
from playbill.datasets.xml_text import xml_safe
from playbill.exports.words import fraction_text, one_line, score, seconds_text

SUBSET = "train"
"""The list of pictures that all belong to, in formats that have lists."""
ATTRIBUTES = ("name", "person_id", "person_score", "unknown", "score")
"""What is said of each object beside its class, in formats that hold attributes."""


NOTHING_ELSE = About()
LONGEST_STEM = 150
"""Bytes; file systems end at 255, and suffixes and numbers come on top."""


@dataclass(frozen=True, slots=True)
class AnalysedPictures:
    """Every analysed frame of some media; a stream that is read once."""

    analyses: Iterable[Analysis]
    name: str = "playbill"
    about: About = NOTHING_ELSE
    for_cvat: bool = False
    """Whether pictures have the names and numbers that CVAT gives to the frames of a video, and
    names of people hold only what XML can."""

    @property
    def labels(self) -> tuple[str, ...]:
        """COCO's 80 classes."""
        return COCO_80

    def __iter__(self) -> Iterator[PictureObjects]:
        names = Names()
        for analysis in self.analyses:
            place = names.take(analysis.media)
            for frame in analysis.frames:
                yield self._picture(analysis, frame, self._name(analysis.media, frame, place))

    def _name(self, media: MediaInfo, frame: FrameMetadata, place: str) -> str:
        if media.kind == "image":
            return place
        name = f"frame_{frame.index:06}.jpg"
        return name if self.for_cvat else f"{place}/{name}"

    def _picture(self, analysis: Analysis, frame: FrameMetadata, name: str) -> PictureObjects:
        clean = xml_safe if self.for_cvat else str
        media, every = analysis.media, analysis.run.sample_every
        boxes = [whole_pixels(thing.box_xyxy, media.size_wh) for thing in frame.things]
        moment = VideoFrame(
            one_line(media.name), media.sha256, media.frame_rate, every, frame.index, frame.time_s
        )
        return PictureObjects(
            path=Path(name),
            name=name,
            size_wh=media.size_wh,
            boxes_xyxy=np.array(boxes, np.float64).reshape(-1, 4),
            class_ids=np.array([thing.class_id for thing in frame.things], np.int64),
            object_details=tuple(_object(thing, media.size_wh, clean) for thing in frame.things),
            details=PictureDetails(
                id=frame.index if self.for_cvat and media.kind == "video" else None,
                subsets=() if self.for_cvat else (SUBSET,),
                database=xml_safe(f"{one_line(media.name)} sha256:{media.sha256}"),
                annotation="Playbill",
                image=_moment(moment) if media.kind == "video" else "",
                frame=moment if media.kind == "video" else None,
            ),
        )


class Names:
    """File names for media, each its own, also where suffixes do not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, media: MediaInfo) -> str:
        """The file's own name wherever that can be; a folder for a video."""
        cleaned = re.sub(r"[^\w .()+,&'@=-]", "_", one_line(media.name)).lstrip(".") or "_"
        place = PurePosixPath(cleaned)
        suffix = place.suffix if media.kind == "image" else ""
        stem = place.stem
        if stem.casefold() in self._taken or len(stem.encode()) > LONGEST_STEM:
            stem = f"{stem[: LONGEST_STEM // 4]}-{media.sha256[:12]}"
        self._taken.add(stem.casefold())
        return f"{stem}{suffix}"


def _moment(frame: VideoFrame) -> str:
    return (
        f"frame {frame.index} counted from 0, at {seconds_text(frame.time_s)} s; every "
        f"{frame.sample_every}. frame of {fraction_text(frame.frame_rate)} a second"
    )


def attributes_of(
    thing: Thing, clean: Callable[[str], str] = xml_safe
) -> tuple[tuple[str, str], ...]:
    """What is known of an object beside its class and its box, as name and cleaned value."""
    match = thing.match if thing.match and thing.match.person else None
    values = {
        "name": clean(thing.name or ""),
        "person_id": clean(match.person.id) if match and match.person else "",
        "person_score": str(score(match.score)) if match else "",
        "unknown": str(thing.unknown or ""),
        "score": str(score(thing.score)),
    }
    return tuple((name, values[name]) for name in ATTRIBUTES if values[name])


def _object(thing: Thing, size_wh: tuple[int, int], clean: Callable[[str], str]) -> ObjectDetails:
    face = thing.face
    return ObjectDetails(
        parts=(Part("face", whole_pixels(face.box_xyxy, size_wh)),) if face else (),
        attributes=attributes_of(thing, clean),
        source="auto",
    )
