"""The page as a whole: put together, signed against foreign scripts, written."""

import base64
import hashlib
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from string import Template

from playbill.core.analysis import Analysis
from playbill.core.atomic import atomic_path
from playbill.core.labels import PERSON
from playbill.core.subjects import Subject
from playbill.rendering.report.markup import counted, name, text
from playbill.rendering.report.record import media_facts, record_section
from playbill.rendering.report.still import still_section
from playbill.rendering.report.timeline import Scale, appearance_table, timeline_section
from playbill.rendering.thumbnails import Pictures
from playbill.rendering.timeline import NOBODY_KNOWN, OTHERS, Row, object_rows, people_rows

_NAMES_IN_SUMMARY = 6


def write_report(analysis: Analysis, target: Path, pictures: Pictures | None = None) -> None:
    """Write one HTML page that shows `analysis`, with `pictures` where there are some.

    The page loads nothing: styles, script and pictures are inside it, and its own content policy
    forbids the browser everything else.

    Raises:
        OutputError: the file cannot be written.
    """
    page = render_report(analysis, pictures or Pictures())
    with atomic_path(target) as temporary:
        temporary.write_text(page, encoding="utf-8")


def render_report(analysis: Analysis, pictures: Pictures) -> str:
    """The page as text."""
    script = _asset("report.js")
    is_video = analysis.media.kind == "video"
    return Template(_asset("report.html")).substitute(
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        title=text(analysis.media.name),
        kind=text(analysis.media.kind),
        style=_asset("report.css"),
        script=script,
        name=name(analysis.media.name),
        summary=_summary(analysis),
        facts=media_facts(analysis),
        notice=_notice(analysis, pictures),
        body=_video_body(analysis, pictures) if is_video else _still_body(analysis, pictures),
        record=record_section(analysis),
    )


def _asset(file_name: str) -> str:
    return (files("playbill.rendering") / "assets" / file_name).read_text(encoding="utf-8")


def _summary(analysis: Analysis) -> str:
    """Who and what, in one sentence."""
    names, unknown, others, classes = _inventory(analysis)
    parts = [name(each) for each in names[:_NAMES_IN_SUMMARY]]
    if len(names) > _NAMES_IN_SUMMARY:
        more = len(names) - _NAMES_IN_SUMMARY
        parts.append(counted(more, "other person with a name", "other people with a name"))
    if unknown:
        parts.append(counted(unknown, "unknown person", "unknown people"))
    if others:
        parts.append(text((OTHERS if unknown else NOBODY_KNOWN).lower()))
    if classes:
        parts.append(counted(classes, "kind of object", "kinds of objects"))
    if not parts:
        return "Nobody and nothing was recognised."
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{listed[0].upper()}{listed[1:]}."


def _inventory(analysis: Analysis) -> tuple[list[str], int, bool, int]:
    """Names by their time in the picture, how many numbers, whether others, how many classes."""
    if analysis.media.kind == "image":
        things = [thing for frame in analysis.frames for thing in frame.things]
        names = list(dict.fromkeys(thing.name for thing in things if thing.name is not None))
        subjects = {thing.subject for thing in things}
    else:
        names = [row.title for row in people_rows(analysis.appearances) if row.named]
        subjects = {seen.subject for seen in analysis.appearances}
    unknown = sum(subject.unknown is not None for subject in subjects)
    others = Subject("person", PERSON) in subjects
    return names, unknown, others, sum(subject.kind == "object" for subject in subjects)


def _notice(analysis: Analysis, pictures: Pictures) -> str:
    """What a reader has to know first."""
    notices = []
    if analysis.run.frames.corrupt:
        damaged = counted(analysis.run.frames.corrupt, "frame", "frames")
        notices.append(f"Damaged: {damaged} of {analysis.run.frames.expected:,} to be analysed.")
    if pictures.missing:
        notices.append(f"This page has no pictures. {pictures.missing}")
    return "".join(f"<p class=notice>{text(notice)}</p>" for notice in notices)


def _still_body(analysis: Analysis, pictures: Pictures) -> str:
    things = analysis.frames[0].things if analysis.frames else ()
    return still_section(things, analysis.media.size_wh, pictures.still)


def _video_body(analysis: Analysis, pictures: Pictures) -> str:
    people = people_rows(analysis.appearances, analysis.frames)
    objects = object_rows(analysis.appearances)
    scale = Scale(_duration_s(analysis, people + objects))
    shown = pictures.thumbnails
    return (
        f'<div class=timeline data-seconds="{float(scale.duration_s):.3f}">'
        + timeline_section("People", people, scale, shown, "Nobody was seen.")
        + timeline_section("Objects", objects, scale, shown, "No object was recognised.")
        + "</div>"
        + appearance_table(people + objects, shown)
    )


def _duration_s(analysis: Analysis, rows: list[Row]) -> Fraction:
    """The length of the video; by its appearances where the file does not tell."""
    ends = [bar.seen.span.end_s for row in rows for bar in row.bars]
    return analysis.media.duration_s or max(ends, default=Fraction(1))
