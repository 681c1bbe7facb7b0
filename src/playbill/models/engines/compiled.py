"""Compiled networks, kept between runs in the user's cache folder.

Opening one is a matter of reading it; making it takes seconds. Each lies in a file of its own named
by a digest of all that it depends on, after the SHA-256 of its bytes, so that a file that is cut
off or altered is noticed before the runtime sees it, and made anew. Nothing is lost with a file.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import platformdirs

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError

SUFFIX = ".network"
DIGEST_BYTES = 32
MOST_BYTES = 1 << 30
"""All files together; those that were not used for longest go first."""


def compiled_folder() -> Path:
    """Where compiled networks are kept; it need not be there."""
    return Path(platformdirs.user_cache_dir("playbill")) / "networks"


def kept(key: str) -> bytes | None:
    """The compiled network of that key; None where there is none, or not as it was written."""
    path = _path(key)
    try:
        content = memoryview(path.read_bytes())
        os.utime(path)  # it is used: let others go first
    except OSError:
        return None
    blob = content[DIGEST_BYTES:]
    return bytes(blob) if sha256(blob).digest() == content[:DIGEST_BYTES] else None


def keep(key: str, compiled: bytes, most_bytes: int = MOST_BYTES) -> None:
    """Keep a compiled network, and let old ones go; where nothing can be written, do without."""
    path = _path(key)
    with suppress(OSError, OutputError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            file.write(sha256(compiled).digest())
            file.write(compiled)
        _make_room(path.parent, most_bytes)


def _make_room(folder: Path, most_bytes: int) -> None:
    files = [(path, path.stat()) for path in folder.glob(f"*{SUFFIX}")]
    newest_first = sorted(files, key=lambda file: file[1].st_mtime_ns, reverse=True)
    total = 0
    for path, state in newest_first:
        total += state.st_size
        if total > most_bytes:
            path.unlink(missing_ok=True)


def _path(key: str) -> Path:
    return compiled_folder() / f"{key}{SUFFIX}"
