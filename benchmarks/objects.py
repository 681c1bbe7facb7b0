"""Average precision of the object networks on COCO pictures, and how long they take."""

import time
from statistics import median

from benchmarks.inputs import crowd_frames, data_file
from benchmarks.rows import Row
from playbill import analyze
from playbill.core.frame import Frame
from playbill.core.ports import ObjectDetector
from playbill.evaluation.objects.evaluate import (
    MIN_SCORE,
    ObjectQuestion,
    ObjectResult,
    evaluate_objects,
)
from playbill.evaluation.opening import open_object_network
from playbill.models.catalogue import Choice, open_object_detector
from playbill.models.options import Precision, SessionOptions
from playbill.models.store import ModelStore

TARGETS = {
    "ssd_mobilenet_v1_coco": (0.20, 0.34),
    "yolox_nano": (0.27, 0.0),
    "playbill-yolox": (0.36, 0.53),
    "playbill-yolox-x6": (0.38, 0.55),
}
"""AP and AP50 to be reached; 0: nothing is asked."""
SHOWN = (0.80, 0.40)
"""Precision and recall of the boxes that somebody sees who sets nothing."""
MOST_MS = {"playbill-yolox": 25.0}
"""What a picture may take."""


def run() -> list[Row]:
    """Every network, in the precision that users get and in float32."""
    rows = []
    for name in TARGETS:
        for precision in ("auto", "float32"):
            rows += measured(name, precision)
    return [*rows, hamilton()]


def measured(name: str, precision: Precision) -> list[Row]:
    """Average precision on the 100 pictures of COCO's val set, and the time for one picture."""
    network = open_object_network(name, ModelStore.default(), SessionOptions(precision=precision))
    question = ObjectQuestion(data_file("coco/instances_val.json"))
    evaluation, _ = evaluate_objects(question, [network])
    found = evaluation.networks[0].judgement.overall
    ap, ap50 = TARGETS[name]
    must = f"AP >= {ap:.2f}" + (f", AP50 >= {ap50:.2f}" if ap50 else "")
    return [
        Row(
            what=f"objects, data/coco/val, {name}, {network.detector.use.precision}",
            must=must,
            measured=f"AP {found.ap or 0:.3f}, AP50 {found.ap50 or 0:.3f}",
            met=(found.ap or 0) >= ap and (found.ap50 or 0) >= ap50,
            note=f"{evaluation.data.pictures} pictures, judge faster-coco-eval, min_score "
            f"{MIN_SCORE}",
        ),
        *as_set(evaluation.networks[0]),
        timing(name, precision),
    ]


def as_set(result: ObjectResult) -> list[Row]:
    """What somebody sees who sets nothing, for the network that looks by default."""
    if result.network.name != Choice().object_detector:
        return []
    precision, recall = result.shown.precision or 0, result.shown.recall
    least_precision, least_recall = SHOWN
    return [
        Row(
            what=f"objects as they are set, data/coco/val, {result.network.name}, "
            f"{result.network.precision}",
            must=f"precision >= {least_precision:.2f}, recall >= {least_recall:.2f}",
            measured=f"precision {precision:.3f}, recall {recall:.3f}",
            met=precision >= least_precision and recall >= least_recall,
            note=f"{result.shown.boxes} boxes at the scores of the card, IoU 0.5",
        )
    ]


def hamilton() -> Row:
    """Objects found in the hamilton clip: on stage there are people, a piano and a microphone."""
    analysis = analyze(data_file("archive/hamilton/short_hamilton_clip.mp4"))
    false = sorted({seen.label for seen in analysis.appearances if seen.kind == "object"})
    return Row(
        what="objects, hamilton clip, as it is set",
        must="0",
        measured=f"{len(false)}" + (f": {', '.join(false)}" if false else ""),
        met=not false,
        note="rows of the report, every 30th frame; each counts as false",
    )


def timing(name: str, precision: Precision) -> Row:
    """Milliseconds a Full HD frame, one by one and eight at a time."""
    options = SessionOptions(precision=precision)
    detector = open_object_detector(name, ModelStore.default(), options)
    frames = [Frame.still(image) for image in crowd_frames(14)[:8]]
    alone = [timed(detector, [frame]) for _ in range(3) for frame in frames]
    together = [timed(detector, frames) / len(frames) for _ in range(5)]
    most = MOST_MS.get(name)
    return Row(
        what=f"objects, one 1080p frame, {name}, {detector.use.precision}",
        must=f"<= {most:.0f} ms alone" if most else "-",
        measured=f"{median(alone):.1f} ms alone, {median(together):.1f} ms of eight",
        met=most is None or median(alone) <= most,
        note="medians of 24 and 5; resizing, network and selection",
    )


def timed(detector: ObjectDetector, frames: list[Frame]) -> float:
    """Milliseconds for `frames`."""
    start = time.perf_counter()
    detector.detect(frames)
    return (time.perf_counter() - start) * 1e3
