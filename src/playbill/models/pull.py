"""Fetch one file by http(s): resumable, checked, whole or nothing."""

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playbill.errors import ModelAltered, ModelError

Progress = Callable[[str, int, int | None], None]
"""Told the file's name, the bytes so far, and the bytes in all where the server says so."""

CHUNK = 1 << 18
TIMEOUT_S = 30.0


def no_progress(name: str, so_far: int, in_all: int | None) -> None:
    """Tell nobody."""


def fetch(url: str, target: Path, sha256: str, progress: Progress = no_progress) -> None:
    """Bring `url` to `target`; what an earlier try left in `target`.part is gone on with.

    Raises:
        ModelAltered: the whole file came and is not the one with that SHA-256; nothing is kept.
        ModelError: no http(s) address, no answer, a cut connection (the part stays), a full disk.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ModelError(f"{url}: a model can be fetched over http or https only")
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _transfer(url, part, target.name, progress)
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelError(f"{url}: the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise ModelError(f"{url}: the transfer to {part} stopped: {reason}") from error
    with part.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        part.unlink()
        raise ModelAltered(
            f"{url}: what came has sha256 {digest[:12]}..., the card says {sha256[:12]}..."
        )
    part.replace(target)


def _transfer(url: str, part: Path, name: str, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - scheme checked
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310 - scheme checked
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        error.close()
        return  # nothing is left to fetch, or it never fitted: the hash decides
    with answer:
        resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        so_far = have if resumed else 0
        length = answer.headers.get("Content-Length")
        in_all = so_far + int(length) if length else None
        with part.open("ab" if resumed else "wb") as file:
            _copy_out(answer, file, lambda n: progress(name, so_far + n, in_all))
            os.fsync(file.fileno())
    if in_all is not None and part.stat().st_size < in_all:
        raise http.client.IncompleteRead(b"", in_all - part.stat().st_size)


def _copy_out(answer: Any, file: Any, progress: Callable[[int], None]) -> None:
    copied = 0
    while chunk := answer.read(CHUNK):
        file.write(chunk)
        copied += len(chunk)
        progress(copied)
