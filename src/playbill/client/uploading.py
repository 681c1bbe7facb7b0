"""Large files in pieces (tus 1.0): each is checked, and what breaks off is gone on with."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from playbill.client.calls import Calls, Json, checked
from playbill.client.errors import NotReached, ServerError
from playbill.errors import MediaError

PIECE_BYTES = 16 << 20
ATTEMPTS = 8
"""So often one piece is sent, at most."""
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
    """Send a file; its media and job.

    Raises:
        MediaError: the file cannot be read.
        ServerError: the server refused it.
        NotReached: the server is away for too long.
    """
    try:
        length, sha256 = path.stat().st_size, _sha256(path)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror}") from error
    said = {"filename": path.name, "sha256": sha256}
    said |= {name: str(value) for name, value in wishes.items() if value is not None}
    metadata = ",".join(f"{name} {_base64(text.encode())}" for name, text in said.items())
    headers = VERSION | {"Upload-Length": str(length), "Upload-Metadata": metadata}
    url = str(calls.ask("POST", "/v1/uploads", headers=headers).headers["Location"])
    at = 0
    with path.open("rb") as file:
        while at < length:
            file.seek(at)
            at = _send(calls, url, at, file.read(piece_bytes))
            told(at, length)
    return calls.json("GET", url)


def _send(calls: Calls, url: str, at: int, piece: bytes) -> int:
    """Send one piece until it is there; where the next one begins."""
    checksum = f"sha256 {_base64(hashlib.sha256(piece).digest())}"
    headers = VERSION | {
        "Upload-Offset": str(at),
        "Upload-Checksum": checksum,
        "Content-Type": "application/offset+octet-stream",
    }
    for attempt in range(1, ATTEMPTS + 1):
        try:
            # The last piece is answered once the whole file has been looked at.
            response = calls.http.patch(url, content=piece, headers=headers, timeout=None)
            return int(checked(response).headers["Upload-Offset"])
        except httpx.TransportError as error:
            if attempt == ATTEMPTS:
                raise NotReached(f"{calls.http.base_url}: {error}") from error
        except ServerError as error:
            wrong_piece = error.kind == "checksum-mismatch" and "Upload-" in str(error)
            if attempt == ATTEMPTS or not (error.status in {408, 423, 429, 503} or wrong_piece):
                raise
        calls.sleep(min(0.25 * 2**attempt, 30.0))
        there = int(calls.ask("HEAD", url, headers=VERSION).headers["Upload-Offset"])
        if there != at:
            return there
    raise AssertionError("unreachable")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
