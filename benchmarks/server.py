"""A real `playbill serve`: pictures of four sizes from 1, 8 and 32 clients, and a video.

Server and clients share this machine, so a transfer goes through its loopback and clients take
processor time from the server. `--dry` measures a few of each, to see that all of it runs.
"""

import json
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import psutil
from PIL import Image

from benchmarks.inputs import as_jpeg, crowd_frames
from benchmarks.registry import DRY_VARIABLE
from benchmarks.rows import Row
from benchmarks.server_load import Answer, Client, Load, load
from benchmarks.server_started import PEOPLE, Serving, serving
from benchmarks.server_video import video_rows
from playbill.archive.document import to_document
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings

SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"SD": (720, 576), "HD": (1280, 720), "FHD": (1920, 1080), "UHD": (3840, 2160)}
)
FAR_TOO_MANY = 128
"""At once, with one key: more than a key's burst, and than may wait."""
MUST_OVERHEAD_MS = 10.0
MUST_GAIN = 1.7
"""Times the pictures of one client, by eight."""
PAPER_TRANSFER_MS, PAPER_SERVER_MS = 300.0, 1000.0
"""What the paper says of its server, for FHD on its internal network."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    clients: tuple[int, ...]
    pictures: int
    """By all clients of a row together."""
    within_s: float
    """A row's clients begin no further pictures after it."""
    pairs: int
    """Of server and analyzer, in turns."""
    video_rounds: int
    video_times: int
    """The clip of 4 s, so often in a row."""


FULL = Plan((1, 8, 32), pictures=96, within_s=6, pairs=40, video_rounds=3, video_times=8)
DRY = Plan((1, 2), pictures=4, within_s=2, pairs=4, video_rounds=1, video_times=1)


def run() -> list[Row]:
    """A row for each size and number of clients, and what one picture and a video take."""
    plan = DRY if os.environ.get(DRY_VARIABLE) else FULL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = {size: _pictures(folder / size, wh) for size, wh in SIZES.items()}
        with serving(folder, keys=max(plan.clients)) as server:
            analyzer = open_analyzer(AnalysisSettings(), server.gallery)
            load(server, server.keys[:2], pictures["FHD"], each=5, within_s=20)
            return [
                *_overhead(server, analyzer, pictures["FHD"], plan.pairs),
                *(
                    row
                    for size in SIZES
                    for clients in plan.clients
                    for row in _loaded(server, size, pictures[size], clients, plan)
                ),
                _gain(server, pictures["FHD"], plan),
                _far_too_many(server, pictures["SD"]),
                *video_rows(server, analyzer, rounds=plan.video_rounds, times=plan.video_times),
            ]


def _pictures(folder: Path, size_wh: tuple[int, int]) -> list[Path]:
    """Frames of the crowd in another size, as JPEG files."""
    folder.mkdir()
    paths = []
    for number, frame in enumerate(crowd_frames(every=15)):
        picture = Image.fromarray(frame).resize(size_wh, Image.Resampling.LANCZOS)
        paths.append(folder / f"crowd_{number}.jpg")
        paths[-1].write_bytes(as_jpeg(np.asarray(picture)))
    return paths


def _overhead(
    server: Serving, analyzer: Analyzer, pictures: Sequence[Path], pairs: int
) -> Iterator[Row]:
    """The same pictures by the server and by the analyzer alone, in turns."""
    answers, alone_s, same = list[Answer](), list[float](), True
    process, busy_s, alone_busy_s = psutil.Process(server.pid), 0.0, 0.0
    for picture in pictures[:2]:
        analyzer.analyze(picture)
    with Client(server, server.keys[0]) as client:
        for number in range(pairs):
            picture = pictures[number % len(pictures)]
            before_s = _processor_s(process)
            if number % 2:
                answers.append(client.post(picture))
            started, busy = time.perf_counter(), time.process_time()
            found = analyzer.analyze(picture)
            alone_s.append(time.perf_counter() - started)
            alone_busy_s += time.process_time() - busy
            if not number % 2:
                answers.append(client.post(picture))
            busy_s += _processor_s(process) - before_s
            said, expected = json.loads(answers[-1].text), to_document(found)
            same &= all(said.get(part) == expected[part] for part in ("media", "frames"))
    more_ms = 1000 * statistics.median(
        answer.wall_s - alone for answer, alone in zip(answers, alone_s, strict=True)
    )
    around_ms = _median_ms([a.wall_s - a.timing_s["analyse"] for a in answers])
    yield Row(
        "server, FHD, 1 client: more than `Analyzer.analyze` of the same file",
        f"<= {MUST_OVERHEAD_MS:.0f} ms, the same frames",
        f"{more_ms:.1f} ms",
        met=same and more_ms <= MUST_OVERHEAD_MS,
        note=f"median difference of {pairs} pairs, in turns; {_median_ms(alone_s):.0f} ms alone; "
        f"around its own analysis the server adds {around_ms:.1f} ms: {_parts(answers)}; "
        f"processor time of a picture {1000 * busy_s / len(alone_s):.0f} ms against "
        f"{1000 * alone_busy_s / len(alone_s):.0f} ms",
    )
    transfer_ms = _median_ms([answer.transfer_s for answer in answers])
    server_ms = _median_ms([answer.server_s for answer in answers])
    yield Row(
        "server, FHD, 1 client, beside the paper's server",
        f"transfer <= {PAPER_TRANSFER_MS:.0f} ms, server < {PAPER_SERVER_MS:.0f} ms",
        f"transfer {transfer_ms:.1f} ms, server {server_ms:.0f} ms",
        met=transfer_ms <= PAPER_TRANSFER_MS and server_ms < PAPER_SERVER_MS,
        note=f"medians of {pairs}; our transfer is a loopback's, the paper's an internal network's "
        f"(at 100 Mbit/s the {_kb(pictures)} would take {_network_ms(pictures):.0f} ms)",
    )


def _loaded(
    server: Serving, size: str, pictures: Sequence[Path], clients: int, plan: Plan
) -> Iterator[Row]:
    """The server under so many clients."""
    each = max(1, plan.pictures // clients)
    came = load(server, server.keys[:clients], pictures, each=each, within_s=plan.within_s)
    answered = came.answered
    if not answered:
        yield Row(f"server, {size}, {clients} clients", "answers", _counts(came), met=False)
        return
    walls = 1000 * np.array([answer.wall_s for answer in answered])
    p50, p95, p99 = np.percentile(walls, [50, 95, 99])
    yield Row(
        f"server, {size}, {clients} client{'s' * (clients > 1)}",
        "answers, or 429/503 with Retry-After",
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms; "
        f"{len(answered) / came.seconds:.1f} pictures/s",
        met=all(answer.is_clean for answer in came.answers),
        note=f"transfer p50 {_median_ms([a.transfer_s for a in answered]):.1f} ms, server p50 "
        f"{_median_ms([a.server_s for a in answered]):.0f} ms: {_parts(answered)}; "
        f"{_counts(came)}; JPEG of {_kb(pictures)}, {PEOPLE} people known",
    )


def _gain(server: Serving, pictures: Sequence[Path], plan: Plan) -> Row:
    """What many clients get beside one, in turns: the rest of the machine may be busy."""
    per_s: dict[int, list[float]] = {clients: [] for clients in plan.clients[:2]}
    for _ in range(plan.video_rounds):
        for clients, rates in per_s.items():
            each = max(1, plan.pictures // clients)
            came = load(server, server.keys[:clients], pictures, each=each, within_s=plan.within_s)
            rates.append(len(came.answered) / came.seconds)
    (_, one), (many_clients, many) = (
        (clients, statistics.median(rates)) for clients, rates in per_s.items()
    )
    return Row(
        f"server, FHD, {many_clients} clients beside 1 client",
        f">= {MUST_GAIN} x the pictures of one",
        f"{many / one:.2f} x: {many:.1f} against {one:.1f} pictures/s",
        met=many >= MUST_GAIN * one,
        note=f"medians of {plan.video_rounds}, in turns; {os.cpu_count()} processors",
    )


def _far_too_many(server: Serving, pictures: Sequence[Path]) -> Row:
    """More clients than may wait: some are told when to come again."""
    came = load(server, server.keys[:1] * FAR_TOO_MANY, pictures, each=1, within_s=0)
    slowest = max((answer.wall_s for answer in came.answered), default=0.0)
    refused = [answer.wall_s for answer in came.answers if answer.status != 200]
    return Row(
        f"server, SD, {FAR_TOO_MANY} clients at once with one key",
        "answers, or 429/503 with Retry-After",
        _counts(came),
        met=bool(came.answered) and all(answer.is_clean for answer in came.answers),
        note=f"default limits; the last answer after {slowest:.1f} s, refusals after "
        f"{_median_ms(refused):.0f} ms (median)",
    )


def _counts(came: Load) -> str:
    """How many got which answer."""
    kinds = Counter(
        "answered" if answer.status == 200 else f"{answer.status}, {_when(answer)}"
        for answer in came.answers
    )
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items(), reverse=True))


def _when(answer: Answer) -> str:
    return f"again in {answer.retry_after} s" if answer.retry_after else "without Retry-After"


def _parts(answers: Sequence[Answer]) -> str:
    """The median of each part that the server tells of."""
    parts = {part: [a.timing_s[part] for a in answers] for part in answers[0].timing_s}
    return ", ".join(f"{part} {_median_ms(times):.1f}" for part, times in parts.items())


def _processor_s(process: psutil.Process) -> float:
    """Without the workers, which have nothing to do."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _median_ms(seconds: Sequence[float]) -> float:
    return 1000 * statistics.median(seconds) if seconds else 0.0


def _bytes(pictures: Sequence[Path]) -> float:
    return statistics.mean(picture.stat().st_size for picture in pictures)


def _kb(pictures: Sequence[Path]) -> str:
    return f"{_bytes(pictures) / 1000:.0f} kB"


def _network_ms(pictures: Sequence[Path]) -> float:
    return 1000 * _bytes(pictures) * 8 / 100e6
