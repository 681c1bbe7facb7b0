"""Rows of media and runs as analysis leaves them, for archives made to be measured."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "made@0123456789ab"
MADE_BY = "user:benchmark"


def medium_row(id_: str, run_id: str, **changed: Any) -> dict[str, Any]:
    """A video whose run is shown."""
    return {
        "id": id_,
        "sha256": sha256(id_.encode()).hexdigest(),
        "name": f"{id_}.mp4",
        "bytes": 1,
        "kind": "video",
        "width": 1920,
        "height": 1080,
        "container": "mov",
        "codec": "h264",
        "rotation": 0,
        "frame_rate": "25",
        "added_at": EPOCH,
        "added_by": MADE_BY,
        "run_id": run_id,
    } | changed


def run_row(id_: str, media_id: str, **changed: Any) -> dict[str, Any]:
    """A run without a document."""
    return {
        "id": id_,
        "media_id": media_id,
        "fingerprint": "0" * 64,
        "version": "made",
        "started_at": EPOCH,
        "seconds": 1.0,
        "sample_every": 1,
        "decoder": "made",
        "models": [],
        "settings": {},
        "expected": 1,
        "analysed": 1,
        "corrupt": 0,
        "cuts_us": [],
        "space": SPACE,
        "document": b"",
        "added_at": EPOCH,
    } | changed
