"""Pictures with labelled objects: what every reader gives and every writer takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from playbill.core.arrays import Scalar, owned_rows
from playbill.datasets.outlines import Outline


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an object with a box of its own (Pascal VOC: head, hand, foot)."""

    label: str
    box_xyxy: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ObjectDetails:
    """What some format holds about one object beside its box and flags; empty where none does."""

    pose: str = ""
    """VOC: Left, Right, Frontal, Rear, Unspecified."""
    parts: tuple[Part, ...] = ()
    """VOC."""
    point_xy: tuple[float, float] | None = None
    """VOC: a point on the object, 0-based like boxes."""
    actions: tuple[tuple[str, bool], ...] = ()
    """VOC: what a person does."""
    attributes: tuple[tuple[str, str], ...] = ()
    """CVAT, and COCO as CVAT writes it: name and value."""
    z_order: int = 0
    """CVAT: which object lies in front."""
    group: int = 0
    """CVAT: objects that belong together; 0: none."""
    source: str = ""
    """CVAT: manual, auto, ..."""
    rotation: float = 0.0
    """CVAT: degrees clockwise by which the box is turned; its outline has the four corners."""
    track: int | None = None
    """CVAT: the track of a video that this object belongs to."""
    keyframe: bool = False
    """CVAT: a person placed this box of a track; the others were interpolated."""


NO_DETAILS = ObjectDetails()


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """Which frame of which video a picture is."""

    video: str
    """The file's name."""
    sha256: str
    """Of the file."""
    frame_rate: Fraction | None
    """Average frames a second."""
    sample_every: int
    """Every N-th frame is a picture of the data set."""
    index: int
    """Among the decoded frames, from 0."""
    time_s: Fraction
    """When it is shown, from the first frame on."""


@dataclass(frozen=True, slots=True)
class PictureDetails:
    """What some format holds about one picture beside its size; empty where none does."""

    id: int | None = None
    """COCO, CVAT."""
    subsets: tuple[str, ...] = ()
    """VOC, YOLO, CVAT: `train`, `val`, ...: the lists that name the picture."""
    licence: int | None = None
    """COCO: an id of `About.licences`."""
    coco_url: str = ""
    flickr_url: str = ""
    date_captured: str = ""
    folder: str = ""
    """VOC."""
    database: str = ""
    """VOC: source/database."""
    annotation: str = ""
    """VOC: source/annotation."""
    image: str = ""
    """VOC: source/image."""
    flickr_id: str = ""
    """VOC: source/flickrid."""
    owner_flickr_id: str = ""
    owner_name: str = ""
    segmented: bool = False
    """VOC: the picture has a segmentation."""
    depth: int | None = None
    """VOC: channels."""
    frame: VideoFrame | None = None
    """COCO, as Playbill writes it: the frame of a video that the picture is."""


NO_PICTURE_DETAILS = PictureDetails()


@dataclass(frozen=True, slots=True, eq=False)
class PictureObjects:
    """One labelled picture. Boxes: pixels of the upright picture, 0-based, half-open."""

    path: Path
    """Where the picture lies: absolute or relative to the working folder, ready to open."""
    name: str
    """Relative to the data set's picture folder, with `/`; the key across formats."""
    size_wh: tuple[int, int]
    boxes_xyxy: NDArray[np.float64]
    """(n, 4) left, top, right, bottom as labelled: they may stand out of the picture a little."""
    class_ids: NDArray[np.int64]
    """(n,) indices into the data set's labels."""
    crowd: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """(n,) COCO's iscrowd: a group under one box, left out of training and of evaluation. This and
    the other flags may be left out: then none is set."""
    difficult: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """(n,) VOC: left out of VOC's evaluation."""
    truncated: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """(n,) VOC: the box is not all of the object."""
    occluded: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    """(n,) VOC, CVAT: something is in front of it."""
    areas: NDArray[np.float64] = field(default_factory=lambda: np.empty(0, np.float64))
    """(n,) square pixels of the object itself; of its box where that is all there is."""
    ids: NDArray[np.int64] | None = None
    """(n,) COCO's annotation ids."""
    outlines: tuple[Outline | None, ...] = ()
    """n, or none at all."""
    object_details: tuple[ObjectDetails, ...] = ()
    """n, or none at all."""
    details: PictureDetails = NO_PICTURE_DETAILS

    def __post_init__(self) -> None:
        boxes = owned_rows("boxes_xyxy", self.boxes_xyxy, np.float64, (4,))
        if (boxes[:, 2:] < boxes[:, :2]).any():
            raise ValueError("boxes_xyxy must satisfy left <= right and top <= bottom")
        if min(self.size_wh) <= 0:
            raise ValueError(f"size_wh must be positive, got {self.size_wh}")
        n = len(boxes)
        object.__setattr__(self, "boxes_xyxy", boxes)
        object.__setattr__(self, "class_ids", _column("class_ids", self.class_ids, np.int64, n))
        for flag in ("crowd", "difficult", "truncated", "occluded"):
            given = getattr(self, flag)
            values = given if len(given) else np.zeros(n, np.bool_)
            object.__setattr__(self, flag, _column(flag, values, np.bool_, n))
        box_areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        areas = self.areas if len(self.areas) else box_areas
        object.__setattr__(self, "areas", _column("areas", areas, np.float64, n))
        if self.ids is not None:
            object.__setattr__(self, "ids", _column("ids", self.ids, np.int64, n))
        if len(self.outlines) not in {0, n} or len(self.object_details) not in {0, n}:
            raise ValueError(f"outlines and object_details must have {n} entries or none")

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    def outline_of(self, row: int) -> Outline | None:
        """The outline of one object; None where none is known."""
        return self.outlines[row] if self.outlines else None

    def details_of(self, row: int) -> ObjectDetails:
        """What is known about one object beside its box; empty where nothing is."""
        return self.object_details[row] if self.object_details else NO_DETAILS


def _column(name: str, values: Any, dtype: type[Scalar], n: int) -> NDArray[Scalar]:
    column = owned_rows(name, values, dtype, ())
    if len(column) != n:
        raise ValueError(f"{name} must have {n} rows, got {len(column)}")
    return column


@dataclass(frozen=True, slots=True)
class About:
    """What some format holds about a data set beside its pictures; empty where none does."""

    category_ids: tuple[int, ...] = ()
    """COCO: the number of each label in the file; empty: not known."""
    supercategories: tuple[str, ...] = ()
    """COCO: one for each label; empty: not known."""
    info: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """COCO: year, version, description, contributor, url, date_created."""
    licences: tuple[Mapping[str, Any], ...] = ()
    """COCO: id, name, url."""
    task: str = ""
    """CVAT: the name of the task."""
    label_xml: tuple[str, ...] = ()
    """CVAT: for each label its `<label>` element with colour and attributes; empty: not known."""


class ObjectStream(Protocol):
    """Labelled pictures, one after the other: what writers take."""

    @property
    def name(self) -> str:
        """What messages and records call it."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names; `PictureObjects.class_ids` are indices into them."""
        ...

    @property
    def about(self) -> About:
        """What a round trip needs; `About()` where nothing is known."""
        ...

    def __iter__(self) -> Iterator[PictureObjects]: ...


class ObjectDataset(ObjectStream, Protocol):
    """Labelled pictures that stream from a disk; can be iterated again and again."""

    def __len__(self) -> int:
        """How many pictures there are at most: pictures found bad on the way are left out."""
        ...
