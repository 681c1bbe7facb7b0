"""Every network that is here side by side, on data that none of ours has learned from.

Faces: people of LFW that were kept apart from training, and the old pictures of ANTRACT without
those that the archivist put aside. Objects: COCO's val pictures. Times are medians of one run, the
networks in turns. The table goes into docs/models.md.
"""

from types import MappingProxyType

from benchmarks.inputs import data_file
from benchmarks.model_page import measured
from benchmarks.peers.environments import ROOT
from benchmarks.rows import Row
from playbill.core.run import ModelUse
from playbill.evaluation.faces.evaluate import (
    FaceQuestion,
    FaceResult,
    evaluate_faces,
)
from playbill.evaluation.objects.evaluate import (
    ObjectQuestion,
    ObjectResult,
    evaluate_objects,
)
from playbill.evaluation.opening import open_face_networks, open_object_networks
from playbill.models.cards import Task
from playbill.models.store import ModelStore
from playbill.pipeline.settings import AnalysisSettings

HELD_OUT = ROOT / "recipes" / "playbill-face.held-out.txt"
"""People that our own networks have not learned from."""
TEACHER = "facenet_vggface2"
STARTS = MappingProxyType({"playbill-ssd": "ssd_mobilenet_v1_coco", "playbill-yolox": "yolox_nano"})
"""What ours are held against."""
LEAST_PAIRS, LEAST_IDENTIFIED, LEAST_SPEED = 0.96, 0.975, 4.0


def run() -> list[Row]:
    """A row for each network."""
    return [*_face_rows(), *_object_rows()]


def _here(task: Task) -> tuple[str, ...]:
    """The networks for a task whose files are here, the default first."""
    statuses = ModelStore.default().statuses()
    return tuple(s.card.name for s in statuses if s.card.task == task and s.state == "present")


def _what(task: str, use: ModelUse) -> str:
    return f"{task}, {use.name}"


def _face_rows() -> list[Row]:
    opened = open_face_networks(AnalysisSettings(models=_here("face-embedding")))
    archive = data_file("archive/antract")
    people = HELD_OUT if HELD_OUT.exists() else None
    lfw, _ = evaluate_faces(
        FaceQuestion(data_file("lfw"), people=people), opened.detector, opened.networks
    )
    old, _ = evaluate_faces(
        FaceQuestion(archive, without=archive / "disabled.txt"), opened.detector, opened.networks
    )
    teacher = next((one for one in lfw.networks if one.network.name == TEACHER), None)
    note = (
        f"LFW: {lfw.data.pictures} pictures of {lfw.data.people} people"
        f"{' kept apart from training' if people else ''}; half enrolled, half asked, mean of 5 "
        "seeds; strangers are people with one picture; in brackets 95 %. Old pictures: "
        f"{old.data.pictures} of {old.data.people} people, leave-one-out, nearest picture. Times: "
        f"medians of {lfw.networks[0].time.rounds}, in turns, {lfw.run.models[1].precision}"
    )
    return [
        _face_row(one, beside, teacher, note)
        for one, beside in zip(lfw.networks, old.networks, strict=True)
    ]


def _face_row(one: FaceResult, old: FaceResult, teacher: FaceResult | None, note: str) -> Row:
    pairs = one.verification
    first = {closed.min_pictures: closed.first for closed in one.closed_sets}
    points = one.open_set.points if one.open_set else ()
    figures = [("pairs", f"{pairs.accuracy:.4f}" if pairs else "-")]
    for least, rate in first.items():
        title = f"who, >= {least} pictures (n = {rate.n})"
        figures.append((title, f"{rate.value:.4f} ({rate.low:.3f} to {rate.high:.3f})"))
    for point in points:
        rate = point.fnir
        value = f"{rate.value:.3f} ({rate.low:.3f} to {rate.high:.3f})"
        figures.append((f"FNIR at FPIR {point.fpir:.1%}", value))
    nearest = old.leave_one_out.nearest
    figures += [
        (f"old pictures (n = {nearest.n})", f"{nearest.value:.4f}"),
        ("ms a face, 32 together", f"{one.time.batch_ms:.2f}"),
        ("ms alone", f"{one.time.alone_ms:.2f}"),
        ("MB", f"{one.megabytes:.1f}"),
    ]
    must, met = "(beside)", True
    if one.network.name == "playbill-face" and teacher and pairs:
        speed = teacher.time.batch_ms / one.time.batch_ms
        must = (
            f"pairs >= {LEAST_PAIRS}, >= 10 pictures >= {LEAST_IDENTIFIED}, "
            f">= {LEAST_SPEED:.0f} x the speed of {TEACHER}: {speed:.1f} x"
        )
        met = pairs.accuracy >= LEAST_PAIRS and speed >= LEAST_SPEED
        met = met and 10 in first and first[10].value >= LEAST_IDENTIFIED
    return Row(_what("faces", one.network), must, measured(figures), met, note)


def _object_rows() -> list[Row]:
    question = ObjectQuestion(data_file("coco/instances_val.json"))
    names = _here("object-detection")
    used, exact = (
        evaluate_objects(
            question,
            open_object_networks(AnalysisSettings(models=names, precision=precision)),
        )[0]
        for precision in ("auto", "float32")
    )
    data = used.data
    starts = {one.network.name: one for one in exact.networks}
    note = (
        f"COCO val: {data.pictures} pictures, {data.objects} objects of {data.classes} classes; "
        f"judge faster-coco-eval. AP in float32 is the same on every processor, all other figures "
        f"are in {used.run.models[0].precision}. Times: medians of {used.networks[0].time.rounds}, "
        "one by one, in turns"
    )
    return [
        _object_row(one, beside, starts.get(STARTS.get(one.network.name, "")), note)
        for one, beside in zip(used.networks, exact.networks, strict=True)
    ]


def _object_row(
    one: ObjectResult, exact: ObjectResult, start: ObjectResult | None, note: str
) -> Row:
    overall, exact_ap = one.judgement.overall, exact.judgement.overall.ap
    figures = [
        ("AP float32", _number(exact_ap, 4)),
        (f"AP {one.network.precision}", _number(overall.ap, 4)),
        ("AP50", _number(overall.ap50)),
        ("small", _number(overall.ap_small)),
        ("medium", _number(overall.ap_medium)),
        ("large", _number(overall.ap_large)),
        ("AR100", _number(overall.ar100)),
        ("best F1", _number(one.best.f1 if one.best else None)),
        ("ms a picture", f"{one.time.ms:.1f}"),
        ("MB", f"{one.megabytes:.1f}"),
    ]
    must, met = "(beside)", True
    if start:
        must = f"AP not below that of {start.network.name}, in float32"
        met = (exact_ap or 0) >= (start.judgement.overall.ap or 0)
    return Row(_what("objects", one.network), must, measured(figures), met, note)


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
