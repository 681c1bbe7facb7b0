"""Large files in pieces (tus 1.0): each is checked, and what breaks off is gone on with."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import httpx

from playbill.client.calls import Calls, Json, checked
from playbill.client.errors import NotReached, ServerError
from playbill.errors import MediaError

PIECE_BYTES = 16 << 20
ATTEMPTS = 8
"""So often one piece may fail."""
WRITTEN_S = 300.0
"""So long the server may take to write a piece. The last one is answered once the whole file has
been looked at, which takes as long as it takes."""
PASSES = frozenset({408, 409, 423, 429, 503})
VERSION = {"Tus-Resumable": "1.0.0"}

Told = Callable[[int, int], None]
"""Is told how many bytes are there, and of how many."""


def upload(
    calls: Calls,
    path: Path,
    wishes: dict[str, Any],
    told: Told = lambda _, __: None,
    *,
    piece_bytes: int = PIECE_BYTES,
) -> Json:
    """Send a file; its media and job. What the server refuses is not left there by half.

    Raises:
        MediaError: the file cannot be read, or was altered meanwhile.
        ServerError: the server refused it.
        NotReached: the server is away for too long.
    """
    try:
        with path.open("rb") as file:
            length, sha256 = path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
            said = {"filename": path.name, "sha256": sha256}
            said |= {name: str(value) for name, value in wishes.items() if value is not None}
            url = _begun(calls, length, said)
            try:
                return _sent(calls, url, file, length, told, piece_bytes=piece_bytes)
            except (MediaError, ServerError):
                with suppress(ServerError, NotReached):
                    calls.ask("DELETE", url, headers=VERSION)
                raise
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror}") from error


def _begun(calls: Calls, length: int, said: dict[str, str]) -> str:
    """The address of a new upload."""
    metadata = ",".join(f"{name} {_base64(text.encode())}" for name, text in said.items())
    headers = VERSION | {"Upload-Length": str(length), "Upload-Metadata": metadata}
    return str(calls.ask("POST", "/v1/uploads", headers=headers).headers["Location"])


def _sent(
    calls: Calls, url: str, file: IO[bytes], length: int, told: Told, *, piece_bytes: int
) -> Json:
    at = 0
    while at < length:
        file.seek(at)
        piece = file.read(min(piece_bytes, length - at))
        if not piece:
            raise MediaError(f"{file.name}: was cut off at {at:,} bytes while it was sent")
        at = _send(calls, url, at, piece, last=at + len(piece) == length)
        told(at, length)
    upload = calls.json("GET", url)
    if upload["job_id"] is None:  # the answer to the last piece was lost on its way
        _send(calls, url, length, b"", last=True)
        upload = calls.json("GET", url)
    return upload


def _send(calls: Calls, url: str, at: int, piece: bytes, *, last: bool) -> int:
    """Send one piece until it is there; where the next one begins."""
    checksum = f"sha256 {_base64(hashlib.sha256(piece).digest())}"
    headers = VERSION | {
        "Upload-Offset": str(at),
        "Upload-Checksum": checksum,
        "Content-Type": "application/offset+octet-stream",
    }
    timeout = httpx.Timeout(60, read=None if last else WRITTEN_S)
    failed = 0
    while True:
        try:
            response = calls.http.patch(url, content=piece, headers=headers, timeout=timeout)
            return int(checked(response).headers["Upload-Offset"])
        except httpx.TransportError as error:
            failed += 1
            if failed == ATTEMPTS:
                raise NotReached(f"{calls.http.base_url}: {error}") from error
        except ServerError as error:
            # While the server is still at the request before, it is only to be waited for.
            failed += error.status != 423
            if failed == ATTEMPTS or not _passes(error):
                raise
        calls.sleep(min(0.25 * 2 ** max(failed, 1), 30.0))
        there = int(calls.ask("HEAD", url, headers=VERSION).headers["Upload-Offset"])
        if there != at:
            return there


def _passes(error: ServerError) -> bool:
    """Whether the same piece may well be taken later, or has been already."""
    damaged = error.status == 460 and error.problem.get("where") == "Upload-Checksum"
    return error.status in PASSES or damaged


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
