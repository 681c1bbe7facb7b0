"""What a batch reads, and where its results go: a file for a medium, a folder for several."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playbill.errors import MediaError, OutputError
from playbill.media.files import find_media


@dataclass(frozen=True, slots=True)
class Job:
    """One medium of a batch."""

    path: Path
    place: Path
    """Its path below the folder that was named; its name, if it was named itself."""
    in_folder: bool
    """Whether it was the folder that was named."""


def find_jobs(sources: Sequence[Path]) -> tuple[list[Job], list[MediaError]]:
    """Every medium that the named files and folders hold, and what is wrong with the rest."""
    jobs: list[Job] = []
    refused: list[MediaError] = []
    for source in sources:
        try:
            found = list(find_media(source))
        except MediaError as error:
            refused.append(error)
            continue
        if not found:
            refused.append(MediaError(f"{source}: expected pictures or videos, found none"))
        in_folder = source.is_dir()
        base = source if in_folder else source.parent
        jobs.extend(Job(path, path.relative_to(base), in_folder) for path in found)
    return jobs, refused


def target_of(wanted: Path | None, job: Job, jobs: Sequence[Job], suffix: str) -> Path | None:
    """The file for one result of `job`, its folder made; None: it is not wanted.

    In a folder, a result is named after the whole name of its medium, so that `a.jpg` and `a.mp4`
    do not meet.

    Raises:
        OutputError: the folder cannot be made.
    """
    if wanted is None:
        return None
    if len(jobs) == 1 and not job.in_folder and not wanted.is_dir():
        return wanted
    target = wanted / job.place.with_name(job.place.name + suffix)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target.parent}: expected a folder for the results: {error.strerror}"
        ) from error
    return target
