"""Evaluations as JSON: `playbill-evaluation/1`."""

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from re import sub
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from playbill.core.atomic import atomic_path

SCHEMA = "playbill-evaluation/1"
UNWRITTEN: Mapping[str, bool] = MappingProxyType({"written": False})
"""`metadata` of a field that says something about this machine alone."""
Kind = Literal["faces", "objects", "gallery", "recogniser"]


def to_document(kind: Kind, evaluation: object) -> dict[str, Any]:
    """The evaluation, a dataclass, as JSON: its fields in camelCase, in their order.

    Numbers that are not finite are null. Boxes are left, top, right, bottom in pixels of the
    upright picture; rates have `value`, `low`, `high` (95 %) and `n`.
    """
    return {"schema": SCHEMA, "kind": kind, **_plain(evaluation)}


def write_document(kind: Kind, evaluation: object, target: Path) -> None:
    """Write `to_document`, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    text = json.dumps(to_document(kind, evaluation), ensure_ascii=False, indent=1, allow_nan=False)
    with atomic_path(target) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            _camel(field.name): _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata != UNWRITTEN
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return _plain_leaf(value)


def _plain_leaf(value: object) -> Any:
    match value:
        case np.ndarray() | np.generic():
            return _plain(value.tolist())
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return value.isoformat()
        case Path():
            return value.as_posix()
        case _:
            return value


def _camel(name: str) -> str:
    """`min_pictures` -> `minPictures`."""
    return sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)
