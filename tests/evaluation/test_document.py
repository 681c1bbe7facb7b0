"""Evaluations as JSON."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from playbill.evaluation.document import UNWRITTEN, to_document, write_document
from playbill.evaluation.rates import Rate


@dataclass(frozen=True)
class Inner:
    ap_small: float
    counts: object
    row: int = field(default=3, metadata=UNWRITTEN)


@dataclass(frozen=True)
class Outer:
    started: datetime
    path: Path
    parts: tuple[Inner, ...]
    rate: Rate | None


def test_fields_are_in_camel_case_and_arrays_are_lists(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    inner = Inner(float("nan"), np.array([[1, 2]]))
    value = Outer(moment, Path("a") / "b", (inner,), Rate(0.5, 0.25, 0.75, 4))

    write_document("faces", value, tmp_path / "out.json")

    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert written == to_document("faces", value)
    assert written == {
        "schema": "playbill-evaluation/1",
        "kind": "faces",
        "started": "2026-11-22T12:00:00+00:00",
        "path": "a/b",
        "parts": [{"apSmall": None, "counts": [[1, 2]]}],
        "rate": {"value": 0.5, "low": 0.25, "high": 0.75, "n": 4},
    }
