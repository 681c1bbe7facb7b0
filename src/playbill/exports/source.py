"""What every export says of where it comes from."""

from playbill.core.analysis import Analysis
from playbill.exports.counting import has_constant_rate
from playbill.exports.words import fraction_text, seconds

FRAMES_FROM = "frames are counted from 0, among the decoded frames in the order they are shown"
TIMES_FROM = "times are presentation times in seconds, from the first frame of the video"
BOXES = "boxes are whole pixels of the upright picture, origin top left, right and bottom exclusive"

Facts = dict[str, str | int | float | None]
"""Ready for `json`."""


def source_facts(analysis: Analysis) -> Facts:
    """The medium, how it was looked at, and what numbers mean."""
    media, run = analysis.media, analysis.run
    return {
        "media": media.name,
        "mediaId": media.id,
        "sha256": media.sha256,
        "kind": media.kind,
        "width": media.size_wh[0],
        "height": media.size_wh[1],
        "frameRate": fraction_text(media.frame_rate) or None,
        "frameRateIsConstant": has_constant_rate(analysis),
        "duration": None if media.duration_s is None else seconds(media.duration_s),
        **({} if media.start_timecode is None else {"startTimecode": media.start_timecode}),
        "sampleEvery": run.sample_every,
        "run": run.id,
        "playbill": run.version,
        "frameNumbers": FRAMES_FROM,
        "times": TIMES_FROM,
        "boxes": BOXES,
    }


def facts_text(facts: Facts) -> dict[str, str]:
    """What is known, as text: for formats of keys and values."""
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in facts.items()
        if value is not None
    }
