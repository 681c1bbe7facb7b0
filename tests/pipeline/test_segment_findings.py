"""Findings of a segment as bytes: exact, and refused in one sentence when they are not sound."""

import io
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray

from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.glimpse import Glimpse
from playbill.core.labels import COCO_80
from playbill.core.run import Coverage
from playbill.errors import ArchiveError
from playbill.pipeline.findings import Findings
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import Segment
from playbill.pipeline.shots import Passage, Step
from tests.support.analyses import detections, faces
from tests.support.fakes import SPACE, looks, use_of

HERE, THERE = (10.125, 0.0, 40.0, 40.3), (100.0, 0.0, 140.0, 40.0)
LUMA = np.arange(36 * 64, dtype=np.uint8).reshape(36, 64)
NO_LOOKS = Embeddings(np.empty((0, 3), np.float32), SPACE)
TIME = Fraction(1001, 30000)


def findings() -> SegmentFindings:
    """Two faces and a dog; nothing; a face."""
    frames = (
        Findings(
            30,
            30 * TIME,
            detections(("dog", (1.1, 2.2, 30.3, 40.4))),
            faces(HERE, THERE),
            looks((0.9, 0.1), (0.2, 0.7)),
            (b"one", b"other"),
        ),
        Findings(45, 45 * TIME, Detections.empty(COCO_80), faces(), NO_LOOKS, ()),
        Findings(60, 60 * TIME, detections(), faces(HERE), looks((0.3, 0.3)), (b"third",)),
    )
    steps = tuple(Step(i, i * TIME, 1 / i, 1 / 3, 15, bytes(range(i, i + 16))) for i in (45, 60))
    passage = Passage(Glimpse(30, 30 * TIME, LUMA), Glimpse(60, 60 * TIME, LUMA[::-1]), steps)
    return SegmentFindings(
        media_sha256="ab" * 32,
        segment=Segment(1, 30, 75, 3),
        frames=frames,
        passage=passage,
        coverage=Coverage(3, 3, 0),
        decoder="PyAV",
        models=(use_of("face-detection"), use_of("object-detection")),
        seconds=1.25,
    )


def told(value: Any) -> Any:
    """A value down to the bits of its arrays."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, tuple):
        return [told(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: told(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def again(found: SegmentFindings) -> SegmentFindings:
    return SegmentFindings.from_bytes(found.to_bytes())


def test_findings_come_back_to_the_last_bit() -> None:
    assert told(again(findings())) == told(findings())


def test_faces_that_nobody_described_come_back_so() -> None:
    bare = replace(
        findings(),
        frames=tuple(replace(found, embeddings=None, crops=None) for found in findings().frames),
    )

    assert told(again(bare)) == told(bare)


def test_a_segment_of_which_no_frame_could_be_decoded_comes_back() -> None:
    nothing = replace(
        findings(), frames=(), passage=Passage(None, None, ()), coverage=Coverage(3, 0, 3)
    )

    assert told(again(nothing)) == told(nothing)


finite = st.floats(0, 1, width=32)


@given(
    boxes=arrays_of.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(2)), elements=finite),
    ticks=st.integers(0, 2**70),
    base=st.fractions(min_value=Fraction(1, 2**60), max_value=10),
)
def test_any_numbers_come_back_to_the_last_bit(
    boxes: NDArray[np.float32], ticks: int, base: Fraction
) -> None:
    corners = np.concatenate([boxes, boxes + np.float32(1)], axis=1)
    found = Faces(corners, boxes[:, 0], np.repeat(boxes[:, None], 5, axis=1))
    vectors = Embeddings.normalised(corners + 1, SPACE)
    frame = Findings(
        30, ticks * base, Detections.empty(COCO_80), found, vectors, (b"",) * len(boxes)
    )
    some = replace(findings(), frames=(frame,), coverage=Coverage(3, 1, 2))

    assert told(again(some).frames[0].faces) == told(found)
    assert again(some).frames[0].time_s == ticks * base


Arrays = dict[str, NDArray[Any]]


def rewritten(change: Callable[[Arrays], object]) -> bytes:
    """The bytes of the findings above with some arrays changed."""
    with np.load(io.BytesIO(findings().to_bytes())) as file:
        arrays: Arrays = {name: file[name].copy() for name in file}
    change(arrays)
    written = io.BytesIO()
    np.savez(written, allow_pickle=True, **arrays)
    return written.getvalue()


def header(**changes: object) -> Callable[[Arrays], object]:
    def change(arrays: Arrays) -> None:
        text = json.loads(arrays["header"].tobytes()) | changes
        arrays["header"] = np.frombuffer(json.dumps(text).encode(), np.uint8)

    return change


def put(name: str, value: object) -> Callable[[Arrays], object]:
    return lambda arrays: arrays.update({name: np.asarray(value)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (header(schema="playbill-segment/1"), "found schema 'playbill-segment/1'"),
        (header(segment={"number": 0}), "missing"),
        (header(coverage={"expected": 3, "analysed": 2, "corrupt": 0}), "analysed . corrupt"),
        (header(coverage={"expected": 3, "analysed": 2, "corrupt": 1}), "3 frames, expected 2"),
        (header(labels=["cat"]), "class_ids"),
        (header(models=[{"task": "x"}]), "missing"),
        (put("header", np.zeros(3, np.uint8)), "not sound"),
        (put("header", np.frombuffer(b"[]", np.uint8)), "schema None"),
        (lambda arrays: arrays.pop("face_boxes"), "face_boxes"),
        (put("step_tiles", np.zeros((2, 3), np.uint8)), "16 a row"),
        (put("step_tiles", np.zeros((1, 16), np.uint8)), "equally many rows"),
        (put("indices", [30, 60, 45]), "not in order"),
        (put("indices", [29, 45, 60]), "frame 29 lies before"),
        (put("indices", [30, 45]), "equally many rows"),
        (put("times", np.array([b"1/0", b"1", b"2"])), "not sound"),
        (put("times", np.array([b"now", b"1", b"2"])), "now"),
        (put("times", np.array(["0", "1", "2"])), "times is <U1"),
        (put("face_boxes", np.zeros((3, 4))), "face_boxes is <f8"),
        (put("face_boxes", np.full((3, 4), np.nan, np.float32)), "NaN"),
        (put("face_counts", [2, 0, 2]), "rows, expected 4"),
        (put("face_counts", [2, -1, 2]), "rows, expected"),
        (put("face_vectors", np.ones((3, 3), np.float32)), "length 1"),
        (put("crop_sizes", [3, 5, 99]), "crops has 13 rows"),
        (put("step_changes", np.ones((2, 3))), "two finite numbers"),
        (put("edge_lumas", np.zeros((1, 36, 64), np.uint8)), "equally many rows"),
        (put("edge_lumas", np.empty((2, 36, 64), object)), "llow_pickle"),
    ],
)
def test_what_is_not_sound_is_refused_in_one_sentence(
    change: Callable[[Arrays], object], said: str
) -> None:
    with pytest.raises(ArchiveError, match=said) as refusal:
        SegmentFindings.from_bytes(rewritten(change))

    assert str(refusal.value).startswith("segment findings: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("length", [0, 1, 100, 0.5, 0.99])
def test_what_is_cut_off_is_refused(length: float) -> None:
    data = findings().to_bytes()
    kept = int(length * len(data)) if isinstance(length, float) else length

    with pytest.raises(ArchiveError, match="segment findings"):
        SegmentFindings.from_bytes(data[:kept])


def test_one_wrong_byte_is_refused_or_changes_nothing() -> None:
    data, expected = findings().to_bytes(), told(findings())
    for place in range(0, len(data), 97):
        wrong = bytearray(data)
        wrong[place] ^= 0x5A
        try:
            found = SegmentFindings.from_bytes(bytes(wrong))
        except ArchiveError:
            continue
        assert told(found) == expected, place


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("it was unpickled",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(_Bomb()),
        rewritten(put("edge_times", np.array([_Bomb(), _Bomb()], object))),
        b"no findings",
        b"PK\x03\x04 no findings either",
    ],
    ids=["pickle", "pickle inside", "text", "no zip"],
)
def test_what_is_something_else_is_refused_and_never_unpickled(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="segment findings"):
        SegmentFindings.from_bytes(data)


def test_what_is_packed_tighter_than_we_pack_is_refused() -> None:
    """A few bytes could ask for all memory."""
    written = io.BytesIO()
    np.savez_compressed(written, header=np.zeros(10**6, np.uint8))

    with pytest.raises(ArchiveError, match="compressed"):
        SegmentFindings.from_bytes(written.getvalue())


def test_frames_described_by_several_networks_are_a_bug_of_the_caller() -> None:
    first, *others = findings().frames
    mixed = replace(findings(), frames=(replace(first, embeddings=None), *others))

    with pytest.raises(ValueError, match="one network"):
        mixed.to_bytes()
