"""Tracks and people of clips in which everybody is known.

The hamilton clip was looked at, look by look. In the made clips a person moves across the picture,
each look being another photograph of theirs, and in some the face is covered: what a shot of
somebody who walks and turns is at its worst.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.api import enrol
from playbill.core.frame import Frame, Image
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.sightings import Track
from playbill.media.images import read_image
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.networks import look
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.settle import settle

HAMILTON = "archive/hamilton/short_hamilton_clip.mp4"
PORTRAITS = {"Lin": "lin-manuel-miranda.png", "Alex": "alex-lacamoire.png"}
FACES = {0: 2, 30: 1, 60: 1, 90: 1, 120: 1, 150: 1, 180: 1, 210: 1, 240: 4, 270: 4}
"""How many faces can be seen in each look at the hamilton clip ..."""
PEOPLE = {0: 4, 90: 1, 120: 1, 150: 1, 180: 1, 210: 1, 240: 7, 270: 7}
"""... and how many people; in the other looks there is a dark audience."""

MOVING_PEOPLE = 12
ENROLLED = 2
LOOKS = 8
COVERED = (2, 5)
"""The looks in which the face is covered."""
STEP_S = Fraction(6, 5)
PICTURE_WH = (1280, 720)
CUT = np.s_[30:250, 55:195]
"""The middle of a picture of LFW, without those who stand beside."""
PERSON_WH = (400, 628)
STEP = 110
"""Pixels that the person moves from look to look."""


def run() -> list[Row]:
    """Rows for the hamilton clip, then for the made ones."""
    with tempfile.TemporaryDirectory() as name:
        return [*_hamilton(Path(name)), *_moving(Path(name))]


def _hamilton(folder: Path) -> list[Row]:
    gallery = folder / "hamilton.npz"
    for name, picture in PORTRAITS.items():
        enrol(data_file(f"archive/hamilton/{picture}"), gallery, name=name)
    found = open_analyzer(AnalysisSettings(), gallery).sightings(data_file(HAMILTON))
    named_tracks = [(_name(track), track.shot) for track in found.tracks]
    tracks = Counter((name, shot) for name, shot in named_tracks if name is not None)
    most, phantoms = max(tracks.values(), default=0), _phantoms(found.analysis.frames)
    named = ", ".join(f"{name} in shot {shot}" for name, shot in sorted(tracks))
    return [
        Row("hamilton clip: tracks a person and shot", "1", str(most), most == 1, named),
        Row("hamilton clip: phantom people", "0", str(phantoms), phantoms == 0, "in 10 looks"),
    ]


def _name(track: Track) -> str | None:
    return track.match.person.name if track.match and track.match.person else None


def _phantoms(frames: tuple[FrameMetadata, ...]) -> int:
    """People beyond those who are there, with a face or at all."""
    beyond = 0
    for frame in frames:
        people = [thing for thing in frame.things if thing.kind == "person"]
        faces = sum(thing.face is not None for thing in people) - FACES[frame.index]
        beyond += max(faces, len(people) - PEOPLE.get(frame.index, len(people)), 0)
    return beyond


@dataclass(slots=True)
class _Told:
    """What was said of the made clips."""

    tracks: list[int]
    """Of each clip: how many the largest faces of its looks are spread over."""
    covered: Counter[str]
    """Looks with a covered face: named, unnamed, wrong."""


def _moving(folder: Path) -> list[Row]:
    homes = sorted(home for home in data_file("lfw").iterdir() if home.is_dir())
    wanted = ENROLLED + LOOKS
    people = [home for home in homes if len(list(home.glob("*.jpg"))) >= wanted][:MOVING_PEOPLE]
    for home in people:
        (folder / "people" / home.name).mkdir(parents=True)
        for picture in sorted(home.glob("*.jpg"))[:ENROLLED]:
            shutil.copy(picture, folder / "people" / home.name)
    enrol(folder / "people", folder / "people.npz")
    analyzer = open_analyzer(AnalysisSettings(), folder / "people.npz")
    told = _Told([], Counter())
    for home in people:
        pictures = sorted(home.glob("*.jpg"))[ENROLLED:wanted]
        _clip(analyzer, [read_image(picture) for picture in pictures], home.name, told)
    note = f"{len(people)} people of LFW, {LOOKS} looks of {float(STEP_S)} s, each another picture"
    whole = sum(tracks == 1 for tracks in told.tracks)
    hidden = sum(told.covered.values())
    return [
        Row(
            "somebody who moves and turns: one track",
            "all",
            f"{whole} of {len(people)}",
            whole == len(people),
            note,
        ),
        Row(
            "the same, face covered: named by the body, wrong",
            "(none), 0",
            f"{told.covered['named']} of {hidden}, {told.covered['wrong']}",
            told.covered["wrong"] == 0,
            note,
        ),
    ]


def _clip(analyzer: Analyzer, pictures: list[Image], name: str, told: _Told) -> None:
    frames = [
        Frame(i * 30, i * STEP_S, _look(analyzer, picture, i)) for i, picture in enumerate(pictures)
    ]
    found = settle(
        look(frames, analyzer.networks, crops=False),
        (),
        analyzer.recogniser,
        described=True,
        alike=analyzer.alike,
    )
    largest = [
        tracks[max(tracks, key=lambda place: _face_width(frame.things[place]))]
        for i, (frame, tracks) in enumerate(zip(found.frames, found.track_of_thing, strict=True))
        if tracks and i not in COVERED
    ]
    told.tracks.append(len(set(largest)))
    for i, frame in enumerate(found.frames):
        if i in COVERED:
            bodies = [thing for thing in frame.things if thing.face is None]
            names = {thing.name for thing in bodies if thing.name}
            wrong = bool(names - {name, name.replace("_", " ")})
            told.covered["wrong" if wrong else "named" if names else "unnamed"] += 1


def _face_width(thing: Thing) -> float:
    return thing.face.box_xyxy[2] - thing.face.box_xyxy[0] if thing.face else 0.0


def _look(analyzer: Analyzer, picture: Image, i: int) -> Image:
    """A photograph at its place in the `i`-th look; a covered face is filled with its mean."""
    person = picture[CUT].copy()
    if i in COVERED:
        (faces,) = analyzer.networks.faces.detect([Frame.still(person)])
        for left, top, right, bottom in faces.boxes_xyxy.tolist():
            centre, axes = ((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top)
            colour = person[int(max(top, 0)) : int(bottom), int(max(left, 0)) : int(right)]
            mean = tuple(float(value) for value in colour.mean(axis=(0, 1)))
            cv2.ellipse(person, (centre, (axes[0] * 1.1, axes[1] * 1.1), 0), mean, -1)
    scene = np.full((PICTURE_WH[1], PICTURE_WH[0], 3), 96, np.uint8)
    width, height = PERSON_WH
    left, top = i * STEP, PICTURE_WH[1] - height
    scene[top:, left : left + width] = cv2.resize(person, PERSON_WH, interpolation=cv2.INTER_LINEAR)
    return scene
