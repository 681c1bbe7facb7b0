"""What web hooks of an archive are signed with: one secret, in a file for its owner alone."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from playbill.errors import ArchiveError, OutputError

FILE = "hook.secret"
PREFIX = "whsec_"


def hook_secret(folder: Path) -> str:
    """The secret of the archive in `folder` as Standard Webhooks writes it, made at first.

    Raises:
        OutputError: it cannot be written.
        ArchiveError: what is there is none.
    """
    path = folder / FILE
    try:
        if not path.exists():
            _make(path)
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{path}: cannot be kept: {error}") from error
    to_key(text)
    return text


def to_key(secret: str) -> bytes:
    """The bytes to sign with.

    Raises:
        ArchiveError: it is no secret.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < 24:
        raise ArchiveError(f"{FILE}: expected {PREFIX}... with 24 bytes or more in base64")
    return key


def _make(path: Path) -> None:
    """Whole from its first moment; of two that are made at once, the first one stays."""
    new = path.with_name(f"{FILE}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())
    try:
        path.hardlink_to(new)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
