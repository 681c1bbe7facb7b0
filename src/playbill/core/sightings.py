"""Who and what was seen, in the pieces that an archive keeps: faces, tracks of them, stretches."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from playbill.core.analysis import Analysis
from playbill.core.metadata import Box
from playbill.core.people import Match
from playbill.core.subjects import Kind
from playbill.core.timespan import TimeSpan


@dataclass(frozen=True, slots=True, eq=False)
class FaceSighting:
    """One face in one analysed frame."""

    frame_index: int
    """Among the decoded frames, from 0."""
    time_s: Fraction
    thing: int
    """The place of its person in `FrameMetadata.things`."""
    box_xyxy: Box
    score: float
    embedding: NDArray[np.float32]
    """(d,) of length 1."""
    crop: bytes
    """A JPEG of the face and a little around it."""


@dataclass(frozen=True, slots=True)
class BodySighting:
    """A body in one analysed frame that goes on with a track whose face is not seen there."""

    frame_index: int
    time_s: Fraction
    thing: int
    """Its place in `FrameMetadata.things`."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One person through one shot; a single picture's face is a track of its own."""

    shot: int
    """Counted from 0."""
    faces: tuple[FaceSighting, ...]
    """In order of time, at least one."""
    embedding: NDArray[np.float32]
    """(d,) of length 1: the mean of the faces', weighted by their size and score."""
    match: Match | None
    """What the gallery said; None: there was no gallery."""
    unknown: int | None = None
    """Which of the medium's people without a name, from 1; None: they have one."""
    bodies: tuple[BodySighting, ...] = ()
    """In order of time: where the person is seen without their face."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span in which one track, or things of one class, are seen, within one shot."""

    kind: Kind
    class_id: int
    shot: int
    span: TimeSpan
    first_frame: int
    last_frame: int
    """Indices of the first and the last analysed frame that show it."""
    frames: int
    """How many analysed frames show it."""
    score: float
    """0 to 1: the mean over these frames; of a matched track its match's, else the detector's."""
    track: int | None
    """Index into `Sightings.tracks`; None: objects, and bodies that no face is known of."""


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """An analysis, and what it rests on."""

    analysis: Analysis
    cuts_s: tuple[Fraction, ...]
    """Times of the first frames of all shots but the first, rising."""
    space: str | None
    """The embedding network; None: faces were not described, and there are no tracks."""
    tracks: tuple[Track, ...]
    stretches: tuple[Stretch, ...]
    """By start. Those of a picture, which has no time, span its one microsecond."""
