"""MTCNN alone beside the two packages that people install for it.

Same frames, same settings, 2 threads each. The sides take turns in an order that is reversed in
every other round, so that what else the machine does falls on all of them.
"""

import statistics
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from benchmarks.inputs import crowd_frames, face_pictures
from benchmarks.peers.agreement import Agreement, compare_faces, in_both, only_in_first
from benchmarks.peers.process import Peer
from benchmarks.peers.wire import Answer, FoundFaces, timed_each
from benchmarks.rows import Row
from playbill.core.frame import Frame, Image
from playbill.core.ports import FaceDetector
from playbill.models.catalogue import FaceLimits, open_face_detector
from playbill.models.options import Precision, SessionOptions
from playbill.models.store import ModelStore

ROUNDS = 7
THREADS = 2
LIMITS = FaceLimits(min_px=20, max_side_px=1280, min_score=0.7)
"""As the peers have it."""
OURS, OURS_FLOAT32 = "playbill", "playbill float32"
MUST = {"facenet-pytorch": 5.0, "mtcnn-tensorflow": 10.0}
"""How many times as fast we are to be."""

Ask = Callable[[list[Image]], Answer]


def run() -> list[Row]:
    """Speed on three crowd frames; the faces of seven crowd frames and twelve pictures."""
    timed = crowd_frames(every=35)
    compared = [*crowd_frames(every=15), *face_pictures()]
    with ExitStack() as stack:
        sides: dict[str, Ask] = {OURS: _ours("auto"), OURS_FLOAT32: _ours("float32")}
        for name in MUST:
            sides[name] = stack.enter_context(Peer.start(name)).find_faces
        found = {name: ask(compared)["found"] for name, ask in sides.items()}
        medians = _medians_ms(sides, timed)
    rows = [_speed_row(name, must, medians) for name, must in MUST.items()]
    return [*rows, _faces_row(found)]


def _ours(precision: Precision) -> Ask:
    options = SessionOptions(precision=precision, threads=THREADS)
    detector = open_face_detector("mtcnn", ModelStore.default(), options, limits=LIMITS)
    return lambda frames: timed_each(lambda image: _find(detector, image), frames)


def _find(detector: FaceDetector, image: Image) -> FoundFaces:
    [faces] = detector.detect([Frame.still(image)])
    return FoundFaces(
        boxes_xyxy=faces.boxes_xyxy.tolist(),
        scores=faces.scores.tolist(),
        landmarks=faces.landmarks.tolist(),
    )


def _medians_ms(sides: Mapping[str, Ask], frames: list[Image]) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS):
        order = list(sides)[:: 1 if turn % 2 == 0 else -1]
        for name in order:
            seconds[name] += sides[name](frames)["seconds"]
    return {name: 1000 * statistics.median(times) for name, times in seconds.items()}


def _speed_row(name: str, must: float, medians: Mapping[str, float]) -> Row:
    ratio = medians[name] / medians[OURS]
    in_float32 = medians[name] / medians[OURS_FLOAT32]
    return Row(
        what=f"MTCNN alone, 1080p, beside {name}",
        must=f">= {must:g} x",
        measured=f"{ratio:.1f} x: {medians[OURS]:.0f} ms against {medians[name]:.0f} ms a frame",
        met=ratio >= must,
        note=f"medians of {ROUNDS} rounds over 3 frames, {THREADS} threads each; "
        f"in float32 {in_float32:.1f} x ({medians[OURS_FLOAT32]:.0f} ms)",
    )


def _faces_row(found: Mapping[str, list[FoundFaces]]) -> Row:
    """Held to what the peers agree on: where they differ from each other, either is right."""
    ours, first, second = (found[name] for name in (OURS, *MUST))
    agreed = compare_faces(ours, in_both(first, second))
    alone = only_in_first(only_in_first(ours, first), second)
    extra = sum(len(faces["scores"]) for faces in alone)
    peers = compare_faces(first, second)
    return Row(
        what="MTCNN, same faces as the peers",
        must="all faces that both find, none that neither finds",
        measured=f"of {agreed.both + len(agreed.missing)} that both found "
        f"{len(agreed.missing)} missing; {extra} that neither found",
        met=not agreed.missing and not extra,
        note="7 crowd frames and 12 pictures, IoU >= 0.5; "
        + "; ".join(f"{name}: {_told(compare_faces(ours, found[name]))}" for name in MUST)
        + f"; the peers: {_told(peers)}",
    )


def _told(agreement: Agreement) -> str:
    missing, extra = (
        ", ".join(f"{score:.2f}" for score in sorted(scores)) or "none"
        for scores in (agreement.missing, agreement.extra)
    )
    return f"{agreement.both} in both, missing {missing}, extra {extra} (scores)"
