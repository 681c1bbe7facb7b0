"""Whether two analyses say the same, to the last bit."""

from typing import Any

import numpy as np

from playbill.archive.document import to_document
from playbill.core.sightings import FaceSighting, Sightings, Track

OWN = ("id", "started", "seconds")
"""What each run has of its own."""


def assert_same_sightings(found: Sightings, expected: Sightings) -> None:
    """Everything but the run's id and times."""
    assert document(found) == document(expected)
    assert found.analysis.frames == expected.analysis.frames
    assert found.analysis.appearances == expected.analysis.appearances
    assert found.cuts_s == expected.cuts_s
    assert found.space == expected.space
    assert [told(track) for track in found.tracks] == [told(track) for track in expected.tracks]
    assert found.stretches == expected.stretches


def document(sightings: Sightings) -> dict[str, Any]:
    whole = to_document(sightings.analysis)
    return whole | {"run": {key: whole["run"][key] for key in whole["run"] if key not in OWN}}


def told(track: Track) -> tuple[object, ...]:
    return (track.shot, track.match, bits(track.embedding), [face(one) for one in track.faces])


def face(one: FaceSighting) -> tuple[object, ...]:
    where = (one.frame_index, one.time_s, one.thing, one.box_xyxy, one.score)
    return (*where, bits(one.embedding), one.crop)


def bits(vector: np.ndarray[Any, Any]) -> bytes:
    assert vector.dtype == np.float32
    return vector.tobytes()
