"""Analyses to export: of real clips whose frames' times are known, and of awkward people."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80, PERSON
from playbill.core.metadata import FrameMetadata
from playbill.core.people import Person
from playbill.core.run import Coverage
from playbill.core.timespan import TimeSpan
from playbill.exports.formats import export_chunks
from playbill.media.probe import probe
from tests.support.analyses import ADA, CHARLES, analysis_of, person, thing
from tests.support.clips import looped, numbered_clip

INTRA = {"preset": "ultrafast", "g": "1", "bf": "0"}
NTSC = Fraction(30000, 1001)

ODD_NAMES = (
    '<b>Ada</b> & "Co" \'s',
    "Robert'); DROP TABLE people;--",
    "two\nlines\r\nand --> an arrow",
    "\u05d0\u05d3\u05d4 \u202eevil\u202c",
    "]]> <!-- --> &amp; %s {0} ${x}",
    "=HYPERLINK(1,2)",
    "\U0001f469\u200d\U0001f52c Zo\u00eb \ufdfa",
    "bell\x07 and escape\x1b[31m and \x00",
    "comma, semicolon; tab\tand \\ backslash",
)
"""What has broken exports of others."""


def seen(
    who: Person | str | None,
    start_s: Fraction,
    end_s: Fraction,
    frames: int = 2,
    score: float = 0.9,
) -> Appearance:
    """An appearance of a person, of nobody known, or of an object's class."""
    span = TimeSpan(start_s, end_s)
    if isinstance(who, str):
        return Appearance("object", who, COCO_80.index(who), None, span, frames, score)
    return Appearance("person", "person", PERSON, who, span, frames, score)


def times_of(path: Path) -> list[Fraction]:
    """When each frame is shown, from the first on, as the packets say."""
    with av.open(str(path)) as container:
        base = container.streams.video[0].time_base or Fraction(1)
        stamps = [frame.pts for frame in container.decode(video=0) if frame.pts is not None]
    return [(pts - stamps[0]) * base for pts in stamps]


def clip_analysis(
    path: Path, spans: dict[Person | str | None, tuple[int, int]], *, every: int = 10
) -> Analysis:
    """A real clip in which each of `spans` is seen from one frame up to, not including, another."""
    media, times = probe(path), times_of(path)
    ends = [*times, media.duration_s or Fraction(0)]
    frames = []
    for index in range(0, len(times), every):
        things = tuple(
            thing(who) if isinstance(who, str) else person(who)
            for who, (first, end) in spans.items()
            if first <= index < end
        )
        frames.append(FrameMetadata(index, times[index], things))
    appearances = tuple(
        seen(who, times[first], ends[end], max(1, (end - first) // every))
        for who, (first, end) in spans.items()
    )
    made = analysis_of(*frames, appearances=appearances)
    run = replace(made.run, sample_every=every, frames=Coverage(len(frames), len(frames), 0))
    return replace(made, media=media, run=run)


def ntsc_clip(folder: Path) -> Path:
    """64 s at 30000/1001: two minutes' worth of dropped numbers once."""
    short = numbered_clip(folder / "short.mp4", frames=30, rate=NTSC, options=INTRA)
    return looped(short, folder / "ntsc.mp4", 64)


def varying_clip(folder: Path) -> Path:
    """60 frames that last one or three 25ths of a second in turn."""
    return numbered_clip(
        folder / "varying.mp4", frames=60, durations=(1, 3), options={"preset": "ultrafast"}
    )


def awkward() -> Analysis:
    """Everybody of `ODD_NAMES`, one after the other, a second each."""
    people = [Person(f"person <{i}> &\"'", name) for i, name in enumerate(ODD_NAMES)]
    frames = [
        FrameMetadata(30 * i, Fraction(1001 * i, 1000), (person(who),))
        for i, who in enumerate(people)
    ]
    spans = [
        seen(who, Fraction(1001 * i, 1000), Fraction(1001 * (i + 1), 1000), 1)
        for i, who in enumerate(people)
    ]
    made = analysis_of(*frames, appearances=tuple(spans))
    return replace(made, media=replace(made.media, name="odd <&> 'name' --> .mp4"))


def plain() -> Analysis:
    """Ada and a television for two seconds, Charles in the second, then somebody."""
    second = Fraction(1001, 1000)
    return analysis_of(
        FrameMetadata(0, Fraction(0), (person(ADA), thing("tv"))),
        FrameMetadata(30, second, (person(ADA), person(CHARLES, (300, 20, 400, 220), None))),
        FrameMetadata(60, 2 * second, (person(None),)),
        appearances=(
            seen(ADA, Fraction(0), 2 * second, 2, 0.8),
            seen("tv", Fraction(0), second, 1, 0.7),
            seen(CHARLES, second, 2 * second, 1, 0.8),
            seen(None, 2 * second, 3 * second, 1, 0.9),
        ),
    )


def empty() -> Analysis:
    """A video in which nothing was seen."""
    return analysis_of(FrameMetadata(0, Fraction(0), ()))


def picture() -> Analysis:
    """A photograph of Ada before a television."""
    made = analysis_of(FrameMetadata(0, Fraction(0), (person(ADA), thing("tv"))))
    media = replace(
        made.media,
        name="photo.jpg",
        kind="image",
        container="jpeg",
        codec="jpeg",
        frame_rate=None,
        duration_s=None,
        sha256="cd" * 32,
    )
    return replace(made, media=media)


def exported(analysis: Analysis, name: str, *, base_url: str = "") -> bytes:
    """The bytes of an export."""
    return b"".join(export_chunks([analysis], name, base_url=base_url))
