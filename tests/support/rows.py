"""Rows of media and runs as analysis leaves them, for archives that a test makes row by row."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from playbill.archive.packing import pack_text

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "net@0123456789ab"


def medium_row(id_: str, **changed: Any) -> dict[str, Any]:
    """A video of which nothing is shown yet."""
    return {
        "id": id_,
        "sha256": sha256(id_.encode()).hexdigest(),
        "name": id_,
        "bytes": 1,
        "kind": "video",
        "width": 1000,
        "height": 1000,
        "container": "mov",
        "codec": "h264",
        "rotation": 0,
        "added_at": EPOCH,
        "added_by": "user:test",
    } | changed


def run_row(id_: str, media_id: str, **changed: Any) -> dict[str, Any]:
    """A run that saw nothing."""
    return {
        "id": id_,
        "media_id": media_id,
        "fingerprint": "0" * 64,
        "version": "test",
        "started_at": EPOCH,
        "seconds": 1.0,
        "sample_every": 1,
        "decoder": "test",
        "models": [],
        "settings": {},
        "expected": 100,
        "analysed": 100,
        "corrupt": 0,
        "cuts_us": [],
        "space": SPACE,
        "document": pack_text("{}"),
        "added_at": EPOCH,
    } | changed
