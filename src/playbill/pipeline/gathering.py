"""Findings of segments, put together in the order of the medium."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from playbill.core.run import Coverage, ModelUse
from playbill.media.images import PICTURE_DECODER
from playbill.media.video import VIDEO_DECODER
from playbill.pipeline.findings import Findings
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import uncut
from playbill.pipeline.shots import find_cuts, join_passages
from playbill.pipeline.surveyed import SurveyedMedia


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found in a whole medium."""

    frames: tuple[Findings, ...]
    cuts_s: tuple[Fraction, ...]
    """Times of the first frames of shots, rising."""
    coverage: Coverage
    """Frames of segments that are not there count as corrupt."""
    decoder: str
    models: tuple[ModelUse, ...]
    """As they ran; of each task more than one if machines differ."""


def gather(media: SurveyedMedia, parts: Sequence[SegmentFindings], every: int) -> Gathered:
    """Put the findings of segments together.

    Args:
        media: of which they are.
        parts: in any order; some may be missing.
        every: each N-th frame was wanted.

    Raises:
        ValueError: findings of another medium, or of segments that overlap.
    """
    ordered = sorted(parts, key=lambda part: part.segment.first_frame)
    _check(media, ordered)
    coverage = _coverage(media, ordered, every)
    decoder = PICTURE_DECODER if media.video is None else VIDEO_DECODER
    return Gathered(
        frames=tuple(found for part in ordered for found in part.frames),
        cuts_s=tuple(find_cuts(join_passages(part.passage for part in ordered))),
        coverage=coverage,
        decoder="; ".join(dict.fromkeys(part.decoder for part in ordered)) or decoder,
        models=tuple(dict.fromkeys(use for part in ordered for use in part.models)),
    )


def _check(media: SurveyedMedia, ordered: Sequence[SegmentFindings]) -> None:
    for part in ordered:
        if part.media_sha256 != media.info.sha256:
            raise ValueError(f"{part.segment} is of another medium than {media.info.name}")
    for before, after in pairwise(ordered):
        if after.segment.first_frame < before.segment.end_frame:
            raise ValueError(f"segments overlap: {before.segment} and {after.segment}")


def _coverage(media: SurveyedMedia, ordered: Sequence[SegmentFindings], every: int) -> Coverage:
    """Of a video whose frames only decoding tells, its one segment has the last word."""
    analysed = sum(part.coverage.analysed for part in ordered)
    counted = media.video is not None and media.video.frames is None and bool(ordered)
    expected = (
        sum(part.coverage.expected for part in ordered) if counted else uncut(media, every).frames
    )
    return Coverage(expected, analysed, expected - analysed)
