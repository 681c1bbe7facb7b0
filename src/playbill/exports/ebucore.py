"""EBUCore 1.9 (EBU Tech 3293): the medium with a part for each appearance.

Times are SMPTE time codes, the medium's own if it has one, where the medium keeps a standard rate
and lasts no longer than time code can say, and normal play time (ISO 8601) otherwise.
"""

from collections.abc import Iterator
from fractions import Fraction
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.datasets.xml_text import xml_safe
from playbill.exports.annotations import OWN
from playbill.exports.counting import FrameCounter
from playbill.exports.source import facts_text, source_facts
from playbill.exports.words import one_line, said, score, seconds_text

NAMESPACE = "urn:ebu:metadata-schema:ebucore"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def ebucore_text(analysis: Analysis) -> Iterator[str]:
    """The file in pieces, a part each."""
    media, run = analysis.media, analysis.run
    clock = Clock(analysis)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ebucore:ebuCoreMain xmlns:ebucore="{NAMESPACE}" xmlns:dc="{DUBLIN_CORE}" version="1.9" '
        f'writingLibraryName="Playbill" writingLibraryVersion={_quoted(run.version)}>\n'
        "<ebucore:coreMetadata>\n"
        f"<ebucore:title><dc:title>{_safe(one_line(media.name))}</dc:title></ebucore:title>\n"
    )
    for person_id, name in sorted(_people(analysis).items(), key=lambda known: known[1]):
        yield _subject("Person", name, person_id)
    yield _format(analysis, clock)
    yield _identifier("SHA-256", media.sha256) + _identifier("UUID", media.id)
    for number, seen in enumerate(analysis.appearances, start=1):
        yield _part(seen, number, len(analysis.appearances), clock)
    yield "</ebucore:coreMetadata>\n</ebucore:ebuCoreMain>\n"


class Clock:
    """How times are written: as time code, or as time on the clock."""

    def __init__(self, analysis: Analysis) -> None:
        self._counter = None
        average = analysis.media.frame_rate
        counter = FrameCounter.of(analysis, average) if average else None
        ends = [seen.span.end_s for seen in analysis.appearances]
        end_s = max([analysis.media.duration_s or Fraction(0), *ends])
        if counter and counter.steady and counter.frame_at(end_s) < counter.rate.day:
            self._counter = counter

    def moment(self, time_s: Fraction) -> str:
        """A point in time, as the one element inside `partStartTime` and its like."""
        counter = self._counter
        if counter is None:
            return _play_time(time_s)
        return _code(counter, counter.timecode_at(time_s))

    def length(self, time_s: Fraction) -> str:
        """How long something lasts, as the one element inside `duration`."""
        counter = self._counter
        if counter is None:
            return _play_time(time_s)
        return _code(counter, counter.rate.timecode(counter.frame_at(time_s)))

    def start(self) -> str:
        """The medium's own time code of its first frame; empty: it has none that is used."""
        counter = self._counter
        if counter is None or counter.start is None:
            return ""
        return _code(counter, counter.timecode(0))


def _play_time(time_s: Fraction) -> str:
    return f"<ebucore:normalPlayTime>PT{seconds_text(time_s)}S</ebucore:normalPlayTime>"


def _code(counter: FrameCounter, timecode: str) -> str:
    rate = counter.rate
    factor = ' factorNumerator="1000" factorDenominator="1001"' if rate.ntsc else ""
    drop = "true" if rate.drop else "false"
    return (
        f'<ebucore:timecode editRate="{rate.count}"{factor} dropframe="{drop}">'
        f"{timecode}</ebucore:timecode>"
    )


def _people(analysis: Analysis) -> dict[str, str]:
    found = {seen.person.id: seen.person.name for seen in analysis.appearances if seen.person}
    for frame in analysis.frames:
        for thing in frame.things:
            if thing.match and thing.match.person:
                found.setdefault(thing.match.person.id, thing.match.person.name)
    return found


def _subject(label: str, name: str, person_id: str | None) -> str:
    code = "" if person_id is None else f"{OWN}person:{quote(person_id, safe='')}"
    said_code = f"<ebucore:subjectCode>{code}</ebucore:subjectCode>" if code else ""
    return (
        f'<ebucore:subject typeLabel="{label}"><dc:subject>{_safe(name)}</dc:subject>{said_code}'
        "</ebucore:subject>\n"
    )


def _format(analysis: Analysis, clock: Clock) -> str:
    media = analysis.media
    width, height = (f'<ebucore:{side} unit="pixel">' for side in ("width", "height"))
    size = f"{width}{media.size_wh[0]}</ebucore:width>{height}{media.size_wh[1]}</ebucore:height>"
    kind = "imageFormat" if media.kind == "image" else "videoFormat"
    facts = "".join(
        f"<ebucore:technicalAttributeString typeLabel={_quoted(key)}>{_safe(value)}"
        "</ebucore:technicalAttributeString>\n"
        for key, value in facts_text(source_facts(analysis)).items()
    )
    length = (
        ""
        if media.duration_s is None
        else f"<ebucore:duration>{clock.length(media.duration_s)}</ebucore:duration>\n"
    )
    return (
        f"<ebucore:format>\n<ebucore:{kind}>{size}{_frame_rate(media.frame_rate)}"
        f"</ebucore:{kind}>\n"
        f"<ebucore:containerFormat containerFormatName={_quoted(media.container)}/>\n"
        f"{_start(clock.start())}{length}<ebucore:fileName>{_safe(one_line(media.name))}</ebucore:fileName>\n"
        f"{facts}</ebucore:format>\n"
    )


def _start(timecode: str) -> str:
    if not timecode:
        return ""
    start = f"<ebucore:timecodeStart>{timecode}</ebucore:timecodeStart>"
    return f"<ebucore:timecodeFormat>{start}</ebucore:timecodeFormat>\n"


def _frame_rate(rate: Fraction | None) -> str:
    """A whole number with a correcting factor, as the schema has it."""
    if rate is None:
        return ""
    whole = max(round(rate), 1)
    factor = rate / whole
    return (
        f'<ebucore:frameRate factorNumerator="{factor.numerator}" '
        f'factorDenominator="{factor.denominator}">{whole}</ebucore:frameRate>'
    )


def _identifier(label: str, value: str) -> str:
    return (
        f'<ebucore:identifier typeLabel="{label}"><dc:identifier>{_safe(value)}</dc:identifier>'
        "</ebucore:identifier>\n"
    )


def _part(seen: Appearance, number: int, of: int, clock: Clock) -> str:
    name = one_line(said(seen))
    start_s, end_s = seen.span.start_s, seen.span.end_s
    frames = f"{seen.frames} analysed frame{'s' if seen.frames != 1 else ''}"
    sure = f"score {score(seen.score)}, {frames}, end exclusive"
    return (
        f'<ebucore:part partId="appearance-{number}" partName={_quoted(name)} '
        f'partNumber="{number}" partTotalNumber="{of}" typeLabel="Appearance">\n'
        f"<ebucore:title><dc:title>{_safe(name)}</dc:title></ebucore:title>\n"
        f"{_subject(seen.kind.capitalize(), name, seen.person.id if seen.person else None)}"
        f'<ebucore:description typeLabel="Origin"><dc:description>{_safe(sure)}'
        "</dc:description></ebucore:description>\n"
        f"<ebucore:partStartTime>{clock.moment(start_s)}</ebucore:partStartTime>\n"
        f"<ebucore:partEndTime>{clock.moment(end_s)}</ebucore:partEndTime>\n"
        "</ebucore:part>\n"
    )


def _safe(text: str) -> str:
    return escape(xml_safe(text))


def _quoted(text: str) -> str:
    return quoteattr(xml_safe(text))
