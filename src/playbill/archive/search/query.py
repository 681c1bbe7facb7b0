"""What can be asked of an archive, and what it answers: moments in which somebody is seen."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from playbill.archive.paging import page_limit
from playbill.archive.words import fold
from playbill.core.labels import COCO_80
from playbill.core.metadata import Box
from playbill.core.near_labels import near_labels
from playbill.core.people import Person
from playbill.core.subjects import Kind
from playbill.errors import ArchiveError

MAX_SUBJECTS = 16
"""People, unknown groups and classes of objects in one search."""
MAX_MEDIA = 500
MAX_WORDS = 16
MAX_TEXT = 500
_ID = re.compile(r"[0-9A-Za-z_-]{1,36}")


@dataclass(frozen=True, slots=True)
class Query:
    """A search; what is left out does not restrict it.

    **Subjects** are people, unknown groups (clusters) and classes of objects. The **moments** of a
    subject are the spans of time in which it is seen in one medium, half-open, in microseconds;
    its appearances that touch or overlap are joined to one moment first, across cuts too.

    - Subjects `together` ("A with B") are found in the moments in which all of them are seen: the
      overlaps of their moments. Otherwise each one's moments are found.
    - Without subjects, everybody and everything is found, each for itself: a person, a group, a
      face of no group, bodies without a face, a class of objects.
    - The class `person` (0) is anybody; beside people or groups, it is anybody else.
    - `near` asks also that in some analysed frame of the moment each other subject is near the
      first person (or group): the gap between the two boxes is at most the height of the person's
      box. The boxes are those of bodies, or of faces where no body was found. Frames in which the
      person's face is not seen do not count.
    - `min_seconds` is about a moment as it is found, after joining and overlapping. A picture is
      one moment without length: it is found with `min_seconds` 0 alone.
    - Hidden media, people and groups are not found, nor what only runs that are not shown saw.

    Raises:
        ArchiveError: it asks for what cannot be.
    """

    person_ids: tuple[str, ...] = ()
    object_classes: tuple[int, ...] = ()
    """Indices into COCO's 80 labels; see `object_class`."""
    together: bool = True
    near: bool = False
    min_seconds: float = 0.0
    media_ids: tuple[str, ...] = ()
    from_s: float | None = None
    """Only moments of which some part lies at or after this time of their medium."""
    to_s: float | None = None
    """Only moments of which some part lies before this time of their medium."""
    min_score: float | None = None
    """Appearances with a lower score do not count."""
    verified: bool | None = None
    """True: only people whose names are a person's decision; False: only the machine's guesses.
    A class of objects that is asked for is no name, and stays whichever it is."""
    text: str = ""
    """Each word begins a word of the medium's name, or of the name of somebody in the moment."""
    cursor: str | None = None
    """`Page.next` of the page before; None: the first page."""
    limit: int = 50
    cluster_ids: tuple[str, ...] = ()
    """Unknown groups; they may have got a name meanwhile."""
    added_from: datetime | None = None
    """Only media added at this moment or later."""
    added_to: datetime | None = None
    """Only media added before this moment."""
    boxes: bool = False
    """Whether thumbnails without a crop tell their box, which takes the medium's document."""

    def __post_init__(self) -> None:
        page_limit(self.limit)
        require_ids("person", self.person_ids)
        require_ids("group", self.cluster_ids)
        require_ids("medium", self.media_ids)
        _require_subjects(self)
        _require_times(self)
        _require_text(self.text)
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise ArchiveError(f"min_score: expected a score from 0 to 1, found {self.min_score}")

    def fingerprint(self) -> str:
        """What tells this search from others, whichever page of it is asked for."""
        asked = replace(self, cursor=None, limit=1, boxes=False)
        said = [(field.name, getattr(asked, field.name)) for field in fields(asked)]
        return sha256(repr(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class MediaRef:
    """The medium of a moment."""

    id: str
    name: str
    kind: Literal["image", "video"]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What to show of a subject: the best face's crop, or a place in a frame."""

    crop: str | None
    """Key in the blobs; None: an object, a body without a face, or the crop is erased."""
    frame_index: int
    """The frame that the crop is from, or to cut `box_xyxy` out of."""
    box_xyxy: Box | None
    """In pixels of the upright picture. Of a face always known; otherwise only if asked for."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One subject of a moment."""

    kind: Kind
    class_id: int
    label: str
    person: Person | None
    """None: an object, or nobody knows who it is."""
    cluster_id: str | None
    """The group of its faces; None: an object, or faces of none or of several groups."""
    track_ids: tuple[int, ...]
    """Its tracks, which decisions are about; none: objects, and bodies without a face."""
    score: float
    """The mean over all frames of the appearances that it is made of."""
    verified: bool
    """Whether all of these appearances have their names from a person's decision."""
    thumbnail: Thumbnail
    likeness: float | None = None
    """Cosine to the example face; None: this subject was no example."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One result: a span of one medium in which the subjects are seen."""

    media: MediaRef
    subjects: tuple[Seen, ...]
    """In the order in which they were asked for: people, groups, examples, objects."""
    start_us: int
    end_us: int
    """In microseconds, half-open; a picture's one microsecond is 0 to 1."""
    first_frame: int
    last_frame: int
    """Indices of the first and the last analysed frame of the moment."""
    score: float
    """The least of the subjects'."""
    verified: bool
    """Whether there are people in it and all are verified."""


def object_class(label: str) -> int:
    """The class of a label: `object_class("car")` is 2.

    Raises:
        ArchiveError: there is no such class.
    """
    wanted = " ".join(fold(label))
    if wanted in COCO_80:
        return COCO_80.index(wanted)
    near = near_labels(wanted)
    hint = f"; near it: {', '.join(near)}" if near else ""
    raise ArchiveError(
        f"{label[:100]!r}: expected one of COCO's 80 classes of objects{hint}; "
        "`playbill models labels` lists them"
    )


def require_ids(what: str, ids: Sequence[str]) -> None:
    """Refuse what can be no id, and ids that come twice.

    Raises:
        ArchiveError: there is such a one.
    """
    for id_ in ids:
        if not _ID.fullmatch(id_):
            raise ArchiveError(f"{id_[:60]!r}: expected the id of a {what}")
    if len(set(ids)) != len(ids):
        raise ArchiveError(f"expected each {what} once, found one more than once")


def _require_subjects(query: Query) -> None:
    classes = query.object_classes
    for class_id in classes:
        if not 0 <= class_id < len(COCO_80):
            raise ArchiveError(f"object class {class_id}: expected 0 to {len(COCO_80) - 1}")
    if len(set(classes)) != len(classes):
        raise ArchiveError("expected each class of objects once, found one more than once")
    people = len(query.person_ids) + len(query.cluster_ids)
    if people + len(classes) > MAX_SUBJECTS:
        raise ArchiveError(
            f"expected at most {MAX_SUBJECTS} people and objects in one search, "
            f"found {people + len(classes)}"
        )
    if len(query.media_ids) > MAX_MEDIA:
        raise ArchiveError(f"expected at most {MAX_MEDIA} media, found {len(query.media_ids)}")


def _require_times(query: Query) -> None:
    if not (math.isfinite(query.min_seconds) and 0 <= query.min_seconds <= 1e9):
        raise ArchiveError(f"min_seconds: expected 0 or more, found {query.min_seconds}")
    for name, time_s in (("from", query.from_s), ("to", query.to_s)):
        if time_s is not None and not (math.isfinite(time_s) and 0 <= time_s <= 1e9):
            raise ArchiveError(f"{name}: expected seconds from the start, found {time_s}")
    if query.from_s is not None and query.to_s is not None and query.from_s >= query.to_s:
        raise ArchiveError(f"expected a time before {query.to_s} s, found {query.from_s} s")
    for name, moment in (("added_from", query.added_from), ("added_to", query.added_to)):
        if moment is not None and (moment.tzinfo is None or not 1970 <= moment.year < 9999):
            raise ArchiveError(f"{name}: expected a moment with a time zone, found {moment}")


def _require_text(text: str) -> None:
    if len(text) > MAX_TEXT or len(fold(text)) > MAX_WORDS:
        raise ArchiveError(
            f"text: expected at most {MAX_WORDS} words of {MAX_TEXT} characters, "
            f"found {len(fold(text))} of {len(text)}"
        )
    if text.strip() and not fold(text):
        raise ArchiveError(f"text: expected letters or digits to look for, found {text[:60]!r}")
