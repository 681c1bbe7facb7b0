"""`playbill archive add`: files into the archive, and what is in them found."""

import json
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.queue import JobRow, Load
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, who
from playbill.cli.console import EXIT_BAD_INPUT, complain, counted, err, out, warn
from playbill.cli.lines import Now
from playbill.cli.options import (
    DEFAULTS,
    Device,
    Every,
    MaxSide,
    MinFace,
    MinFaceScore,
    MinScore,
    Models,
    Precision,
    Strangers,
    model_names,
)
from playbill.cli.targets import find_jobs
from playbill.errors import ArchiveError, PlaybillError
from playbill.jobs.engine import Engine, LocalEngine
from playbill.jobs.opening import open_for_archive
from playbill.jobs.plan import Opener, WorkerPlan
from playbill.library.adding import Addition, Refusal, add_files
from playbill.library.ordering import Order
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.segments import SECONDS
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.surveyed import survey_media

Workers = Annotated[
    int, typer.Option(min=0, help="Worker processes on this machine; 0: one for four cores.")
]
Taken = Addition | Refusal
LOOK_S = 0.5
ASKED_AT_ONCE = 500
FILES = ("added", "again", "moved", "known", "refused")
JOBS = ("analysed", "queued", "running", "cancelled", "failed")


def add(
    media: Annotated[
        list[Path], typer.Argument(readable=False, help="Pictures, videos or folders of them.")
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    workers: Workers = 0,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Analyse now, or leave it to other workers.")
    ] = True,
    again: Annotated[
        bool,
        typer.Option("--again", help="Analyse known media too, if not yet with these options."),
    ] = False,
    by_hash: Annotated[
        bool,
        typer.Option("--by-hash", help="Read all of every file, also of those not touched since."),
    ] = False,
    priority: Annotated[
        int,
        typer.Option(min=queue.LEAST_PRIORITY, max=queue.MOST_PRIORITY, help="More is sooner."),
    ] = 0,
    database: Annotated[
        str | None, typer.Option(help="Of a new archive: the address of its PostgreSQL.")
    ] = None,
    blobs: Annotated[
        str | None, typer.Option(help="Of a new archive: where its crops lie, as s3://BUCKET/PATH.")
    ] = None,
    every: Every = DEFAULTS.sample_every,
    min_score: MinScore = DEFAULTS.min_object_score,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    strangers: Strangers = None,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    as_json: AsJson = False,
) -> None:
    """Take media into the archive, made if it is not there, and analyse them.

    What it has is skipped. If it is interrupted, the same command goes on where it stopped.

    $ playbill archive add ~/Videos --archive ~/archive
    """
    settings = AnalysisSettings(
        sample_every=every,
        min_object_score=min_score,
        min_face_px=min_face,
        min_face_score=min_face_score,
        max_side_px=max_side,
        stranger_rate=strangers,
        models=model_names(models),
        precision=precision,
        device=device,
    )
    how = How(open_for_archive, priority, again=again, by_hash=by_hash)
    with making(archive, database, blobs) as opened, ended_by_signal():
        engine = local_engine(archive, workers, how.opener) if wait else None
        report = add_and_analyse(opened, media, settings, how, engine, as_json=as_json)
    if report.bad:
        raise typer.Exit(EXIT_BAD_INPUT)


@dataclass(frozen=True, slots=True)
class How:
    """How files are added; see the options of the command."""

    opener: Opener
    priority: int = 0
    again: bool = False
    by_hash: bool = False
    segment_s: float = SECONDS


def add_and_analyse(
    archive: Archive,
    media: Iterable[Path],
    settings: AnalysisSettings,
    how: How,
    engine: Engine | None,
    *,
    as_json: bool = False,
) -> "Report":
    """Add media while workers are at those that were added, and wait until all are analysed."""
    report = Report(as_json=as_json)
    paths, refused = _paths(media, archive)
    for error in refused:
        report.refuse(error)
    if paths:
        networks = how.opener(settings).networks
        order = Order(
            settings, fingerprint(networks, settings), how.priority, segment_s=how.segment_s
        )
        said = add_files(
            archive, paths, survey_media, order, who=who(), again=how.again, by_hash=how.by_hash
        )
        with running(engine), frames_bar(shown=not as_json) as bar:
            for one in bar.looking(said, len(paths)):
                report.take(one)
            if engine is not None:
                _wait(archive, engine, report, bar)
    report.finish(archive, waited=engine is not None)
    return report


@dataclass(slots=True)
class Report:
    """What became of each file, said as it happens, and the sum at the end."""

    as_json: bool
    counts: dict[str, int] = field(default_factory=dict)
    media: dict[str, Path] = field(default_factory=dict)
    """Media of the files that were named, by id."""
    bad: bool = False

    def take(self, one: Addition | Refusal) -> None:
        """Note what became of one file."""
        if isinstance(one, Refusal):
            self.refuse(one.error)
            return
        self.counts[one.outcome] = self.counts.get(one.outcome, 0) + 1
        self.media[one.media_id] = one.path
        if self.as_json:
            row = {"path": str(one.path), "outcome": one.outcome, "media": one.media_id}
            self._print({**row, "job": one.job_id})

    def refuse(self, error: PlaybillError) -> None:
        """Say why a file was not taken."""
        self.bad = True
        self.counts["refused"] = self.counts.get("refused", 0) + 1
        complain(error)

    def finish(self, archive: Archive, *, waited: bool) -> None:
        """Say what became of the jobs, and the sum."""
        states: dict[str, int] = {}
        for job in self._jobs(archive):
            states[job.state] = states.get(job.state, 0) + 1
            self._trouble(archive, job)
        if not self.as_json:
            out().print(_sum(self.counts) or "nothing to add")
            analysed = _sum({"analysed" if k == "done" else k: n for k, n in states.items()})
            if analysed and (waited or len(states) > 1):
                out().print(analysed)

    def _trouble(self, archive: Archive, job: JobRow) -> None:
        if job.state == "failed":
            self.bad = True
            complain(ArchiveError(f"{job.media_name}: {job.error} (job {job.id})"))
        if job.state == "done":
            shown = archive.database.read(lambda tx: queue.progress(tx, job.id))
            if shown.frames_aside:
                reasons = "; ".join(sorted({it.reason for it in shown.troubles}))
                warn(
                    f"{job.media_name}: {shown.frames_aside} of {shown.frames_wanted} frames were "
                    f"given up: {reasons} (job {job.id})"
                )

    def _jobs(self, archive: Archive) -> Iterator[JobRow]:
        ids = list(self.media)
        for start in range(0, len(ids), ASKED_AT_ONCE):
            some = ids[start : start + ASKED_AT_ONCE]
            yield from archive.database.read(partial(queue.latest_jobs, media_ids=some)).values()

    def _print(self, row: dict[str, str | None]) -> None:
        out().print(json.dumps(row, ensure_ascii=False), markup=False, soft_wrap=True)


@dataclass(slots=True)
class FramesBar:
    """A bar of all frames that are left to do in the archive."""

    bar: Progress
    most: int = 0

    def looking(self, files: Iterable[Taken], total: int) -> Iterable[Taken]:
        """The files, each as it has been looked over."""
        return self.bar.track(files, total=total, description="looking")

    def show(self, load: Load, jobs_left: int) -> None:
        """Move on."""
        if not self.most:
            self.bar.add_task("analysing", total=None, speed="")
        self.most = max(self.most, load.frames_left, 1)
        rate = f"{load.frames_per_s:.1f} frames/s" if load.frames_per_s else ""
        self.bar.update(
            self.bar.task_ids[-1],
            total=self.most,
            completed=self.most - load.frames_left,
            speed=f"{rate} {jobs_left} media left",
        )


@dataclass(slots=True)
class FramesLines:
    """The same as lines, where no bar can move."""

    now: Now = field(default_factory=Now)

    def looking(self, files: Iterable[Taken], total: int) -> Iterable[Taken]:
        """See `FramesBar.looking`."""
        for number, file in enumerate(files, 1):
            if self.now.is_due():
                err().print(f"looked over {number:,} of {counted(total, 'file')}")
            yield file

    def show(self, load: Load, jobs_left: int) -> None:
        """Say it if it is time."""
        if self.now.is_due():
            rate = f"{load.frames_per_s:.1f} frames/s, " if load.frames_per_s else ""
            media = counted(jobs_left, "medium", "media")
            err().print(f"{counted(load.frames_left, 'frame')} left, {rate}{media} left")


@contextmanager
def frames_bar(*, shown: bool) -> Iterator[FramesBar | FramesLines]:
    """Progress on standard error while the block runs: a bar, or lines where no bar can move."""
    console = err()
    if shown and not console.is_terminal:
        yield FramesLines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not shown) as bar:
        yield FramesBar(bar)


@contextmanager
def making(folder: Path, database: str | None, blobs: str | None) -> Iterator[Archive]:
    """The archive in `folder`, made if there is none, closed afterwards."""
    archive = Archive.create(folder, database_url=database, blobs_url=blobs)
    try:
        yield archive
    finally:
        archive.close()


def local_engine(
    archive: Path, workers: int, opener: Opener, *, until_done: bool = False
) -> LocalEngine:
    """Workers of this machine, which share its cores."""
    cores = len(os.sched_getaffinity(0))
    workers = workers or max(1, cores // 4)
    threads = 0 if workers == 1 else max(1, cores // workers)
    plan = WorkerPlan(archive.resolve(), opener, threads=threads, until_done=until_done)
    return LocalEngine(plan, workers)


@contextmanager
def running(engine: Engine | None) -> Iterator[None]:
    """Workers while the block runs; afterwards they give back what they are at."""
    if engine is not None:
        engine.start()
    try:
        yield
    finally:
        if engine is not None:
            engine.stop()


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the block in order, as Ctrl-C does."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(archive: Archive, engine: Engine, report: Report, bar: FramesBar | FramesLines) -> None:
    """Wait until no job of the named files is left.

    Raises:
        ArchiveError: the workers have gone before.
    """
    while True:
        left = archive.database.read(queue.jobs_left)
        ours = sum(media_id in report.media for media_id in left.values())
        if not ours:
            return
        bar.show(archive.database.read(queue.load), ours)
        if engine.wait(LOOK_S):
            raise ArchiveError(
                f"{archive.folder}: the workers have gone, with {counted(ours, 'job')} left to do: "
                "the same command goes on"
            )


def _paths(named: Iterable[Path], archive: Archive) -> tuple[list[Path], list[PlaybillError]]:
    """Files to add; the archive's own are not among them."""
    found, refused = find_jobs(list(named))
    inside = archive.folder.resolve()
    paths = [job.path for job in found if not job.path.resolve().is_relative_to(inside)]
    return paths, list(refused)


def _sum(counts: dict[str, int]) -> str:
    said = sorted(counts.items(), key=lambda item: (*FILES, *JOBS).index(item[0]))
    return ", ".join(f"{n} {what}" for what, n in said)
