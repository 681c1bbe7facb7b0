"""`playbill archive jobs` and `playbill archive work`: what is to be done, and doing it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Connection

from playbill.archive import queue
from playbill.archive.queue import JobProgress, JobRow, JobState
from playbill.cli.archive.add import Workers, ended_by_signal, local_engine, running
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened, who
from playbill.cli.console import counted, err, out
from playbill.jobs.opening import open_for_archive

JobId = Annotated[
    str, typer.Argument(metavar="JOB", help="The id of the job, or the beginning of it.")
]


def list_(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    state: Annotated[JobState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first.

    $ playbill archive jobs list --state failed
    """
    with opened(archive) as place:
        rows = place.database.read(
            lambda tx: queue.list_jobs(tx, states=(state,) if state else (), limit=limit)
        )
        if as_json:
            for row in rows:
                out().print(json.dumps(_row(row), ensure_ascii=False), markup=False, soft_wrap=True)
            return
        for row in rows:
            out().print(_line(row), soft_wrap=True)
        counts = place.database.read(queue.count_jobs)
        out().print(", ".join(f"{n} {what}" for what, n in counts.items()) or "no jobs")


def show(job: JobId, archive: ArchiveFolder = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """Show how far a job is, and what went wrong in it."""
    with opened(archive) as place:
        shown = place.database.read(lambda tx: queue.progress(tx, queue.named_job(tx, job).id))
    if as_json:
        out().print(json.dumps(_shown(shown), ensure_ascii=False), markup=False, soft_wrap=True)
        return
    row = shown.job
    name = f"[bold]{escape(row.media_name)}[/]"
    urgency = f", priority {row.priority}" if row.priority else ""
    out().print(f"{name}  {row.state}{urgency}  (job {row.id})", soft_wrap=True)
    out().print(f"{shown.frames_done} of {shown.frames_wanted} frames, {_pace(shown)}")
    if row.error:
        out().print(f"[bold red]{escape(row.error)}[/]", soft_wrap=True)
    for it in shown.troubles:
        part = "last step" if it.number == queue.SETTLE else f"frames {it.first_frame} to "
        if it.number != queue.SETTLE:
            part += f"{it.end_frame - 1}"
        tries = counted(it.attempts, "attempt")
        out().print(f"  {part}: {it.state} after {tries}: {escape(it.reason)}", soft_wrap=True)


def cancel(job: JobId, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Give a job up; what is done of it is kept for a retry."""
    id_ = _change(archive, job, lambda tx, id_: queue.cancel(tx, id_, who=who()))
    again = f"playbill archive jobs retry {id_}"
    out().print(f"job {id_} is given up  (again: {again})", soft_wrap=True)


def retry(job: JobId, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Queue a job again that failed, was cancelled or gave frames up; workers do the rest of it."""
    id_ = _change(archive, job, lambda tx, id_: queue.retry(tx, id_, who=who()))
    out().print(f"job {id_} is queued again")


def priority(
    job: JobId,
    to: Annotated[
        int,
        typer.Argument(
            metavar="NUMBER",
            min=queue.LEAST_PRIORITY,
            max=queue.MOST_PRIORITY,
            help="More is sooner.",
        ),
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Put a job before those of a smaller number."""
    id_ = _change(archive, job, lambda tx, id_: queue.prioritise(tx, id_, to, who=who()))
    out().print(f"job {id_} has the priority {to}")


def work(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    workers: Workers = 0,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when no job is left; else wait for more.")
    ] = False,
) -> None:
    """Analyse what is queued, until ended by Ctrl-C.

    On several machines at once, if the archive has its data base in PostgreSQL and its media at the
    same place on all of them.

    $ playbill archive work --archive ~/archive --workers 2
    """
    with opened(archive):
        pass  # a refusal is the command's to say, not each worker's
    engine = local_engine(archive, workers, open_for_archive, until_done=until_done)
    with ended_by_signal(), running(engine):
        err().print(f"working on {Path(archive).resolve()}; Ctrl-C ends it")
        while not engine.wait(1.0):
            pass


def _change(archive: Path, job: str, change: Callable[[Connection, str], None]) -> str:
    """Change the job that is meant; gives its id."""

    def work(tx: Connection) -> str:
        id_ = queue.named_job(tx, job).id
        change(tx, id_)
        return id_

    with opened(archive) as place:
        return place.database.write(work)


def _line(row: JobRow) -> str:
    since = (row.finished_at or row.started_at or row.created_at).astimezone()
    said = f"{row.id}  {row.state:9}  {since:%Y-%m-%d %H:%M:%S}  [bold]{escape(row.media_name)}[/]"
    return f"{said}  {escape(row.error)}" if row.error else said


def _pace(shown: JobProgress) -> str:
    said = [f"{shown.workers} at it", *(["the last step is left"] if shown.settling else [])]
    if shown.frames_aside:
        said.append(f"{shown.frames_aside} given up")
    if shown.frames_per_s is not None:
        said.append(f"{shown.frames_per_s:.1f} frames/s")
    if shown.remaining_s is not None:
        said.append(f"{shown.remaining_s:.0f} s to go")
    return ", ".join(said)


def _row(row: JobRow) -> dict[str, Any]:
    moments = {
        "created": row.created_at,
        "started": row.started_at,
        "finished": row.finished_at,
    }
    return {
        "id": row.id,
        "media": {"id": row.media_id, "name": row.media_name},
        "state": row.state,
        "priority": row.priority,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
        "run": row.run_id,
        "error": row.error,
    }


def _shown(shown: JobProgress) -> dict[str, Any]:
    frames = {"done": shown.frames_done, "wanted": shown.frames_wanted}
    return _row(shown.job) | {
        "frames": frames | {"givenUp": shown.frames_aside},
        "segments": dict(shown.segments),
        "settling": shown.settling,
        "workers": shown.workers,
        "framesPerSecond": shown.frames_per_s,
        "remainingSeconds": shown.remaining_s,
        "troubles": [
            {
                "segment": None if it.number == queue.SETTLE else it.number,
                "firstFrame": it.first_frame,
                "endFrame": it.end_frame,
                "attempts": it.attempts,
                "state": it.state,
                "reason": it.reason,
            }
            for it in shown.troubles
        ],
    }
