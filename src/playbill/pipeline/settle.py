"""Decide, shot by shot, what the findings of a medium mean."""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from playbill.core.metadata import FrameMetadata
from playbill.core.ports import Recogniser
from playbill.pipeline.findings import Findings
from playbill.pipeline.naming import Matches, name_faces
from playbill.pipeline.people import resolve_people


def settle(
    findings: Sequence[Findings], cuts_s: Sequence[Fraction], recogniser: Recogniser | None
) -> tuple[FrameMetadata, ...]:
    """Name the faces of each shot together, then put bodies and faces together frame by frame.

    Args:
        findings: of the analysed frames, in order.
        cuts_s: times of the first frames of shots, rising.
        recogniser: None: nobody is named.
    """
    frames = []
    for _, grouped in groupby(findings, key=lambda found: bisect_right(cuts_s, found.time_s)):
        shot = list(grouped)
        matches = name_faces(shot, recogniser) if recogniser else _nobody_asked(shot)
        for found, answers in zip(shot, matches, strict=True):
            things = resolve_people(found.objects, found.faces, answers)
            frames.append(FrameMetadata(found.index, found.time_s, things))
    return tuple(frames)


def _nobody_asked(shot: Sequence[Findings]) -> Matches:
    return [[None] * len(found.faces) for found in shot]
