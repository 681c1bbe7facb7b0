"""WebVTT: chapters by who is seen, and metadata cues with a JSON payload each.

Times are cut off at the millisecond, never rounded up.
"""

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from re import sub

from playbill.core.analysis import Analysis
from playbill.core.timespan import TimeSpan
from playbill.exports.facts import appearance_facts
from playbill.exports.source import source_facts
from playbill.exports.words import one_line, said

THOUSANDTH = Fraction(1, 1000)
SLACK = Fraction(1, 2_000_000)
"""Half of the microsecond that documents are rounded to."""


def webvtt_chapters(analysis: Analysis) -> Iterator[str]:
    """A chapter for every stretch in which the same people are seen; none where nobody is.

    Chapters do not overlap, as players expect of them.
    """
    yield _head(analysis)
    for number, (span, names) in enumerate(_stretches(analysis), start=1):
        yield _cue(number, span, _escaped(", ".join(names)))


def webvtt_metadata(analysis: Analysis) -> Iterator[str]:
    """A cue for each appearance; its payload is a JSON object."""
    yield _head(analysis)
    for number, seen in enumerate(analysis.appearances, start=1):
        yield _cue(number, seen.span, _json(appearance_facts(seen)))


def _stretches(analysis: Analysis) -> Iterator[tuple[TimeSpan, list[str]]]:
    """Spans between two changes of who is seen, with the names, sorted."""
    changes: dict[Fraction, Counter[str]] = {}
    for seen in analysis.appearances:
        if seen.kind == "person":
            name = one_line(said(seen))
            changes.setdefault(seen.span.start_s, Counter())[name] += 1
            changes.setdefault(seen.span.end_s, Counter())[name] -= 1
    present: Counter[str] = Counter()
    since_s, names = Fraction(0), list[str]()
    for time_s in sorted(changes):
        present.update(changes[time_s])
        now = sorted(name for name, times in present.items() if times > 0)
        if now == names:
            continue
        if names:
            yield TimeSpan(since_s, time_s), names
        since_s, names = time_s, now


def _head(analysis: Analysis) -> str:
    title = sub("-+>", ">", one_line(analysis.media.name))
    return f"WEBVTT - {title}\n\nNOTE\n{_json(source_facts(analysis))}\n"


def _cue(number: int, span: TimeSpan, payload: str) -> str:
    start = _thousandths(span.start_s)
    end = max(_thousandths(span.end_s), start + 1)
    return f"\n{number}\n{_timestamp(start)} --> {_timestamp(end)}\n{payload}\n"


def _thousandths(time_s: Fraction) -> int:
    return int((time_s + SLACK) // THOUSANDTH)


def _timestamp(thousandths: int) -> str:
    seconds, thousandths = divmod(thousandths, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(facts: object) -> str:
    """JSON in one line in which nothing can be taken for WebVTT's own signs."""
    text = json.dumps(facts, ensure_ascii=False)
    for sign in "<>&\u2028\u2029\x85":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
