"""Media into the archive: what was sent, or what lies under an allowed root."""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from playbill.archive.media import MediaRow, add_media, get_media, has_media, move_media
from playbill.archive.queue import JobRow, get_job, list_jobs
from playbill.errors import MediaError, NotInArchive
from playbill.library.ordering import Order, order
from playbill.media.files import unreadable
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.segments import cut
from playbill.pipeline.surveyed import SurveyedMedia, survey_media
from playbill.server.hooks import check_address
from playbill.server.incoming import safe_name
from playbill.server.problems import Problem, not_allowed, too_large
from playbill.server.services import Services

_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")


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
    """Take a file that was sent: the archive's blobs get it, unless the archive has it already.

    `path` stays as well, and is the caller's to delete.

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
    size, known = _size(path), services.archive.database.read(lambda tx: _known(tx, info.id))
    lost = known is not None and not _is_whole(services, known)
    if place is None:
        place = known.place if known and not lost else _keep(services, path, info.sha256, name)

    def work(tx: Connection) -> Taken:
        is_new = add_media(tx, info, bytes_=size, place=place, who=who)
        if lost and place is not None:
            move_media(tx, info.id, place, who=who)
        job = _job(tx, info.id, ordered.fingerprint)
        if job is None:
            job = get_job(tx, order(tx, info.id, segments, ordered, who=who))
        return Taken(get_media(tx, info.id), job, is_new)

    return services.archive.database.write(work)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def _known(tx: Connection, media_id: str) -> MediaRow | None:
    return get_media(tx, media_id) if has_media(tx, media_id) else None


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
    """Bring a file into the blobs under what it is: the same file is kept once.

    Raises:
        OutputError: it cannot be kept.
    """
    blobs, suffix = services.archive.blobs, Path(name).suffix.lower()
    key = f"uploads/{sha256[:2]}/{sha256}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
    target = blobs.local_path(key)
    with path.open("rb") as file:
        if target is None or not _linked(path, file.fileno(), target):
            blobs.put_from(key, file)
    return key


def _linked(path: Path, number: int, target: Path) -> bool:
    """Let a file be at `target` as well, whole or not at all; False: this file system cannot."""
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.fsync(number)
        # A check of the archive leaves new files alone: their rows may be about to come.
        os.utime(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, temporary)
        temporary.replace(target)
    except OSError:
        return False
    finally:
        with suppress(OSError):  # it is still there where both were the same file already
            temporary.unlink(missing_ok=True)
    return True


def _is_whole(services: Services, media: MediaRow) -> bool:
    """Whether the file of a known medium is still where it was, with as many bytes."""
    try:
        if media.file is not None:
            return media.file.stat().st_size == media.bytes_
        return media.place is not None and (
            services.archive.blobs.size(media.place) == media.bytes_
        )
    except (OSError, NotInArchive):
        return False


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
