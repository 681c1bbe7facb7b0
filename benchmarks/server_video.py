"""A video that is named by its path: how soon it is taken, and how soon its results are there."""

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import ffmpeg
from benchmarks.errors import BenchmarkError
from benchmarks.inputs import CROWD, data_file
from benchmarks.jobs import analyze_command
from benchmarks.rows import Row
from benchmarks.server_load import Answer, Client
from benchmarks.server_started import Serving
from playbill.archive.document import write_document
from playbill.pipeline.analyze import Analyzer

LOOK_S = 0.1
"""Between two looks at a job; the server's limit is 20 a second."""
AGAIN = 10
"""So often a known video is named once more."""


@dataclass(frozen=True, slots=True)
class _Taken:
    answer_s: float
    done_s: float


def video_rows(serving: Serving, analyzer: Analyzer, *, rounds: int, times: int) -> Iterator[Row]:
    """The crowd's clip `times` in a row, `rounds` times, beside the command on the same files."""
    clips = list(_clips(serving.roots, rounds + 1, times))
    out = serving.roots.with_name("video.json")
    # The worker opens its networks for the first job.
    first = _take(serving, clips[0])
    taken, command_s, within_s = [], [], []
    for clip in clips[1:]:
        taken.append(_take(serving, clip))
        command_s.append(_command_s(analyze_command(clip, serving.gallery, out)))
        within_s.append(_analyzer_s(analyzer, clip, out))
    with Client(serving, serving.keys[0]) as client:
        known_s = [_post(client, clips[0]).wall_s for _ in range(AGAIN)]
    clip_said = f"{105 * times} frames of FHD, every 30th"
    yield Row(
        "server, video named by its path: 202",
        "-",
        f"{1000 * statistics.median(one.answer_s for one in taken):.0f} ms",
        met=True,
        note=f"median of {rounds}; known before {1000 * statistics.median(known_s):.0f} ms "
        f"(median of {AGAIN}); the file is hashed and its packets read; {clip_said}",
    )
    done, command, within = (
        statistics.median(some) for some in ([t.done_s for t in taken], command_s, within_s)
    )
    yield Row(
        "server, video named by its path: results",
        "-",
        f"{done / command:.2f} x `playbill analyze`: {done:.1f} s against {command:.1f} s",
        met=True,
        note=f"medians of {rounds}, in turns; with networks open already {within:.1f} s; "
        f"the first job {first.done_s:.1f} s; looked at every {LOOK_S} s; {clip_said}",
    )


def _clips(folder: Path, how_many: int, times: int) -> Iterator[Path]:
    """Files that show the same and are not the same, so that each is new to the archive."""
    source = folder.with_name("crowd.mp4")
    shutil.copy(data_file(CROWD), source)
    for number in range(how_many):
        clip = folder / f"crowd_{number}.mp4"
        repeat = ["-stream_loop", str(times - 1), "-i", str(source)]
        ffmpeg([*repeat, "-c", "copy", "-metadata", f"comment={number}", str(clip)])
        yield clip


def _take(serving: Serving, clip: Path) -> _Taken:
    started = time.perf_counter()
    with Client(serving, serving.keys[0]) as client:
        answer = _post(client, clip)
        job = json.loads(answer.text)["job"]
        while job["state"] in {"queued", "running"}:
            time.sleep(LOOK_S)
            job = json.loads(client.ask("GET", f"/v1/jobs/{job['id']}").text)
        if job["state"] != "done":
            raise BenchmarkError(f"{clip.name}: the job is {job['state']}: {job['error']}")
        client.ask("GET", f"/v1/media/{job['media_id']}/document")
    return _Taken(answer.wall_s, time.perf_counter() - started)


def _post(client: Client, clip: Path) -> Answer:
    body = json.dumps({"path": str(clip.resolve())}).encode()
    answer = client.ask("POST", "/v1/videos", body, {"Content-Type": "application/json"})
    if answer.status != 202:
        raise BenchmarkError(f"{clip.name}: expected 202, got {answer.status}: {answer.text!r}")
    return answer


def _command_s(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def _analyzer_s(analyzer: Analyzer, clip: Path, out: Path) -> float:
    started = time.perf_counter()
    write_document(analyzer.analyze(clip), out)
    return time.perf_counter() - started
