"""Media into the archive: what was sent, or what lies under an allowed root."""

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from playbill.archive.media import MediaRow, add_media, get_media, move_media
from playbill.archive.queue import JobRow, get_job, list_jobs
from playbill.errors import MediaError, OutputError
from playbill.library.ordering import Order, order
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.segments import cut
from playbill.pipeline.surveyed import SurveyedMedia, survey_media
from playbill.server.hooks import check_address
from playbill.server.incoming import safe_name
from playbill.server.problems import Problem, not_allowed, too_large
from playbill.server.services import Services


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sender may choose about the analysis."""

    every: int | None = None
    """None: as the server is set."""
    priority: int = 0
    hook: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A medium that the archive has now, and the job that analyses it."""

    media: MediaRow
    job: JobRow
    is_new: bool
    """Whether the archive did not have it before."""


def take_path(services: Services, text: str, wish: Wish, who: str) -> Taken:
    """Take a file where it lies.

    Raises:
        Problem: 403, it is under no allowed root.
        MediaError: it cannot be used.
    """
    path = _allowed(Path(text), services.settings.roots)
    return _take(services, path, wish, who, name=path.name, place=str(path))


def take_file(
    services: Services, path: Path, name: str, wish: Wish, who: str, *, sha256: str | None = None
) -> Taken:
    """Take a file that was sent; it is moved into the archive's blobs, or thrown away if known.

    Raises:
        Problem: it is not what was promised, or too long.
        MediaError: it cannot be used; the message calls it `name`.
    """
    try:
        return _take(services, path, wish, who, name=safe_name(name), promised=sha256)
    except MediaError as error:
        raise MediaError(str(error).replace(str(path), name)) from error


def check_wish(services: Services, wish: Wish) -> None:
    """Refuse what cannot be wished for, before anything is sent.

    Raises:
        Problem: the address of the hook may not be called.
    """
    if wish.hook is not None:
        check_address(wish.hook, services.settings)


def _take(
    services: Services,
    path: Path,
    wish: Wish,
    who: str,
    *,
    name: str,
    place: str | None = None,
    promised: str | None = None,
) -> Taken:
    check_wish(services, wish)
    surveyed = survey_media(path)
    _check(surveyed, services, name, promised)
    info = replace(surveyed.info, name=name)
    ordered = _order(services, wish)
    segments = cut(surveyed, ordered.settings.sample_every)
    size = path.stat().st_size
    kept = place or _keep(services, path, info.sha256, name)

    def work(tx: Connection) -> Taken:
        is_new = add_media(tx, info, bytes_=size, place=kept, who=who)
        if not is_new and _is_gone(services, get_media(tx, info.id)):
            move_media(tx, info.id, kept, who=who)
        job = _job(tx, info.id, ordered.fingerprint)
        if job is None:
            job = get_job(tx, order(tx, info.id, segments, ordered, who=who))
        return Taken(get_media(tx, info.id), job, is_new)

    return services.archive.database.write(work)


def _check(surveyed: SurveyedMedia, services: Services, name: str, promised: str | None) -> None:
    info, settings = surveyed.info, services.settings
    if promised is not None and info.sha256 != promised:
        raise Problem(
            460,
            f"{name}: found the sha256 {info.sha256}, expected {promised}: send it again",
            "checksum-mismatch",
            where=name,
            found=info.sha256,
            expected=promised,
        )
    if info.duration_s is not None and info.duration_s > settings.max_video_s:
        found, most = f"{float(info.duration_s):.0f} s", f"{settings.max_video_s} s"
        raise too_large(name, found, most)
    width, height = info.size_wh
    if info.kind == "image" and width * height > settings.max_picture_pixels:
        found, most = f"{width} x {height} pixels", f"{settings.max_picture_pixels:,} pixels"
        raise too_large(name, found, most)


def _order(services: Services, wish: Wish) -> Order:
    analyzer = services.opened.analyzer
    every = wish.every or analyzer.settings.sample_every
    settings = replace(analyzer.settings, sample_every=every)
    return Order(
        settings,
        fingerprint(analyzer.networks, settings),
        priority=wish.priority,
        hook=wish.hook,
    )


def _keep(services: Services, path: Path, sha256: str, name: str) -> str:
    """Move a file into the blobs under what it is: the same file is kept once."""
    blobs = services.archive.blobs
    key = f"uploads/{sha256[:2]}/{sha256}{Path(name).suffix.lower()}"
    target = blobs.local_path(key)
    with path.open("rb") as file:
        if target is None:
            blobs.put_from(key, file)
            return key
        os.fsync(file.fileno())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    except OSError as error:
        raise OutputError(f"{name}: cannot be kept: {error.strerror or error}") from error
    return key


def _is_gone(services: Services, media: MediaRow) -> bool:
    """Whether the file of a known medium is no longer where it was."""
    if media.place is None:
        return True
    if Path(media.place).is_absolute():
        return not Path(media.place).exists()
    return media.place not in services.archive.blobs


def _job(tx: Connection, media_id: str, fingerprint_: str) -> JobRow | None:
    """The last job of the same analysis that was not given up."""
    for job in list_jobs(tx, states=("queued", "running", "done"), media_id=media_id):
        if job.fingerprint == fingerprint_:
            return job
    return None


def _allowed(path: Path, roots: tuple[Path, ...]) -> Path:
    """The file itself, links followed; whether it exists is told only of what is allowed."""
    refused = not_allowed(
        f"path: found {str(path)[:200]!r}, expected a path under one of the server's roots",
        where="path",
    )
    if not path.is_absolute():
        raise refused
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise refused from error
    if not any(real.is_relative_to(root.resolve()) for root in roots):
        raise refused
    return real
