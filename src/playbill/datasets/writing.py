"""What a writer reports: how much was written, and what the format could not hold."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import numpy as np

from playbill.datasets.objects import (
    NO_DETAILS,
    NO_PICTURE_DETAILS,
    About,
    ObjectDetails,
    PictureDetails,
    PictureObjects,
)
from playbill.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of writing a data set."""

    pictures: int
    objects: int
    lost: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """What the format cannot hold, in words, and how often that was there: {"crowd flags": 18}."""


FLAGS = MappingProxyType(
    {
        "crowd": "crowd flags",
        "difficult": "difficult flags",
        "truncated": "truncated flags",
        "occluded": "occluded flags",
    }
)
OBJECT_WORDS = MappingProxyType(
    {
        "pose": "poses",
        "parts": "objects with parts",
        "point_xy": "points on objects",
        "actions": "objects with actions",
        "attributes": "objects with attributes",
        "z_order": "z orders",
        "group": "group numbers of objects",
        "source": "sources of objects",
        "rotation": "rotations",
        "track": "track numbers",
        "keyframe": "keyframe marks",
    }
)
PICTURE_WORDS = MappingProxyType(
    {
        "id": "picture numbers",
        "subsets": "subsets of pictures",
        "licence": "licences of pictures",
        "coco_url": "COCO URLs",
        "flickr_url": "Flickr URLs",
        "date_captured": "dates of capture",
        "folder": "folder names",
        "database": "data base names",
        "annotation": "annotation names",
        "image": "image sources",
        "flickr_id": "Flickr numbers",
        "owner_flickr_id": "Flickr names of owners",
        "owner_name": "names of owners",
        "segmented": "segmented flags",
        "depth": "depths of pictures",
        "frame": "places of pictures in videos",
    }
)
ABOUT_WORDS = MappingProxyType(
    {
        "category_ids": "category numbers",
        "supercategories": "supercategories",
        "info": "info of the data set",
        "licences": "licence texts",
        "task": "the name of the task",
        "label_xml": "CVAT's label definitions",
    }
)
AREAS = "areas of objects (other than their boxes')"
OUTLINES = "outlines"
ANNOTATION_NUMBERS = "object numbers"
SAME_STEM = "pictures whose name differs from another one's in its suffix alone"
RENUMBERED = "numbers that were given twice or not at all (new ones were given)"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts, while a data set is written, what is written and what is lost."""

    holds: frozenset[str]
    """The fields of `PictureObjects`, of its details and of `About` that the format has."""
    written: "Counter[str]" = field(default_factory=Counter)
    lost: "Counter[str]" = field(default_factory=Counter)

    def count(self, picture: PictureObjects) -> None:
        """Count a written picture, and what of it the format has no place for."""
        self.written["pictures"] += 1
        self.written["objects"] += len(picture)
        for flag, words in FLAGS.items():
            if flag not in self.holds:
                self.lose(words, int(getattr(picture, flag).sum()))
        if "areas" not in self.holds:
            sides = picture.boxes_xyxy[:, 2:] - picture.boxes_xyxy[:, :2]
            self.lose(AREAS, int((~np.isclose(picture.areas, sides.prod(axis=1))).sum()))
        if "outlines" not in self.holds:
            self.lose(OUTLINES, sum(outline is not None for outline in picture.outlines))
        if "ids" not in self.holds and picture.ids is not None:
            self.lose(ANNOTATION_NUMBERS, len(picture.ids))
        for details in picture.object_details:
            self._lose_fields(details, NO_DETAILS, OBJECT_WORDS)
        self._lose_fields(picture.details, NO_PICTURE_DETAILS, PICTURE_WORDS)

    def count_about(self, about: About) -> None:
        """Count what is known about the whole data set and the format has no place for."""
        for name, words in ABOUT_WORDS.items():
            if name not in self.holds:
                value = getattr(about, name)
                self.lose(words, 1 if isinstance(value, str) and value else len(value))

    def lose(self, words: str, times: int) -> None:
        """Count a loss, if there is one."""
        if times:
            self.lost[words] += times

    def refuse_nothing(self, name: str) -> None:
        """Make an end of it before anything is in its place if no picture was written.

        Raises:
            DatasetError: none was.
        """
        if not self.written["pictures"]:
            raise DatasetError(f"{name}: holds no pictures that can be used, nothing is written")

    def result(self) -> Written:
        """The report."""
        lost = MappingProxyType(dict(self.lost))
        return Written(self.written["pictures"], self.written["objects"], lost)

    def _lose_fields(
        self,
        details: ObjectDetails | PictureDetails,
        nothing: ObjectDetails | PictureDetails,
        words: Mapping[str, str],
    ) -> None:
        if details is nothing:
            return
        for name in (entry.name for entry in fields(details)):
            if name not in self.holds and getattr(details, name) != getattr(nothing, name):
                self.lose(words[name], 1)
