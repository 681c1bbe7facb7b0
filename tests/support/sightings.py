"""What a pipeline would have seen, made by hand: actors and props in a made-up video."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from playbill.archive.media import add_media
from playbill.archive.runs import keep_run
from playbill.core.analysis import Analysis
from playbill.core.joining import find_appearances
from playbill.core.labels import COCO_80, PERSON
from playbill.core.media import MediaInfo
from playbill.core.metadata import Box, FaceBox, FrameMetadata, Thing
from playbill.core.people import Match, Person
from playbill.core.run import Coverage, ModelUse, RunRecord
from playbill.core.sightings import BodySighting, FaceSighting, Sightings, Stretch, Track
from playbill.core.timespan import TimeSpan

EVERY = 30
RATE = Fraction(30000, 1001)
SPACE = "facenet@0123456789ab"


@dataclass(frozen=True)
class Actor:
    """Somebody whose face is seen, in one place, in one shot."""

    frames: range
    """Numbers of analysed frames."""
    face: Box = (40, 30, 80, 80)
    match: Match | None = None
    look: int = 0
    """Actors of one look have one embedding."""
    turned: frozenset[int] = frozenset()
    """Those of the frames in which the body is seen and the face is not; neither first nor last."""
    unknown: int | None = None
    """The number that the run gives to whoever has no name."""


@dataclass(frozen=True)
class Prop:
    """An object, in one place, in one shot."""

    label: str
    frames: range
    box: Box = (300, 100, 400, 200)
    score: float = 0.7


def named(person: Person, score: float = 0.8) -> Match:
    return Match(person, score)


def video(name: str = "news.mp4", *, frames: int = 10) -> MediaInfo:
    """A video of its own for each name; analysed every second, so many frames."""
    return MediaInfo(
        name=name,
        kind="video",
        sha256=sha256(name.encode()).hexdigest(),
        size_wh=(640, 360),
        container="mov",
        codec="h264",
        frame_rate=RATE,
        duration_s=frames * EVERY / RATE,
    )


def look(number: int) -> NDArray[np.float32]:
    """(8,) of length 1; different numbers look different."""
    vector = np.random.default_rng(number).normal(size=8).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def sightings(
    *seen: Actor | Prop,
    media: MediaInfo | None = None,
    run_id: str = "run-1",
    cuts: Sequence[int] = (),
    every: int = EVERY,
) -> Sightings:
    """A run that saw these; `cuts` are numbers of analysed frames that begin a shot."""
    media = media or video()
    count = int((media.duration_s or 0) * RATE) // every
    times = [i * every / RATE for i in range(count)]
    cuts_s = tuple(times[cut] for cut in cuts)
    things: list[list[Thing]] = [[] for _ in times]
    tracks: list[Track] = []
    stretches: list[Stretch] = []
    end_s = media.duration_s or Fraction(1, 1_000_000)
    for one in seen:
        shot = sum(cut <= one.frames[0] for cut in cuts)
        places = {i: len(things[i]) for i in one.frames}
        for i in one.frames:
            away = isinstance(one, Actor) and i in one.turned
            things[i].append(replace(_thing(one), face=None) if away else _thing(one))
        is_actor = isinstance(one, Actor)
        if isinstance(one, Actor):
            seen_at = [i for i in one.frames if i not in one.turned]
            faces = [_sighting(one, i * every, times[i], places[i]) for i in seen_at]
            bodies = [BodySighting(i * every, times[i], places[i]) for i in sorted(one.turned)]
            tracks.append(
                Track(shot, tuple(faces), look(one.look), one.match, one.unknown, tuple(bodies))
            )
        last = one.frames[-1]
        until = times[last + 1] if last + 1 < count else end_s
        stretches.append(
            Stretch(
                kind="person" if is_actor else "object",
                class_id=_thing(one).class_id,
                shot=shot,
                span=TimeSpan(times[one.frames[0]], until),
                first_frame=one.frames[0] * every,
                last_frame=last * every,
                frames=len(one.frames),
                score=_score(one),
                track=len(tracks) - 1 if is_actor else None,
            )
        )
    frames = tuple(
        FrameMetadata(i * every, times[i], tuple(seen_there)) for i, seen_there in enumerate(things)
    )
    joined = find_appearances(frames, cuts_s, end_s, bridge=1)
    analysis = Analysis(media, _record(run_id, every, count), frames, joined)
    ordered = tuple(sorted(stretches, key=lambda stretch: stretch.span))
    return Sightings(analysis, cuts_s, SPACE, tuple(tracks), ordered)


def still(*actors: Actor, name: str = "photo.jpg", run_id: str = "run-1") -> Sightings:
    """A picture of these actors, who are in its only frame."""
    made = sightings(*actors, media=video(name, frames=1), run_id=run_id)
    media = replace(
        made.analysis.media, kind="image", container="jpeg", frame_rate=None, duration_s=None
    )
    analysis = replace(made.analysis, media=media, appearances=())
    moment = TimeSpan(Fraction(0), Fraction(1, 1_000_000))
    stretches = tuple(replace(stretch, span=moment) for stretch in made.stretches)
    return replace(made, analysis=analysis, stretches=stretches)


def crop_keys(seen: Sightings) -> list[list[str]]:
    """A key for each face."""
    run = seen.analysis.run.id
    return [
        [f"crops/{run}/{t}-{f}.jpg" for f in range(len(track.faces))]
        for t, track in enumerate(seen.tracks)
    ]


def keep(tx: Connection, seen: Sightings, *, fingerprint: str = "aa" * 32) -> str:
    """Put a run, and its medium if it is new, into the archive; gives the id of the medium."""
    add_media(tx, seen.analysis.media, bytes_=1000, place=None, who="user:test")
    keep_run(tx, seen, fingerprint=fingerprint, crops=crop_keys(seen))
    return seen.analysis.media.id


def _score(one: Actor | Prop) -> float:
    match = _thing(one).match
    return match.score if match and match.person else _thing(one).score


def _thing(one: Actor | Prop) -> Thing:
    if isinstance(one, Prop):
        return Thing("object", COCO_80.index(one.label), one.label, one.box, one.score)
    face = FaceBox(one.face, 0.95)
    return Thing("person", PERSON, "person", one.face, 0.9, face, one.match, one.unknown)


def _sighting(actor: Actor, index: int, time_s: Fraction, thing: int) -> FaceSighting:
    return FaceSighting(index, time_s, thing, actor.face, 0.95, look(actor.look), b"jpeg")


def _record(run_id: str, every: int, frames: int) -> RunRecord:
    return RunRecord(
        id=run_id,
        version="0.1.0",
        started=datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
        seconds=1.5,
        sample_every=every,
        decoder="PyAV",
        models=(ModelUse("face-embedding", "facenet", "cd" * 32, "openvino", "CPU", "bf16"),),
        gallery=None,
        settings={"bridge": 1},
        frames=Coverage(frames, frames, 0),
    )
