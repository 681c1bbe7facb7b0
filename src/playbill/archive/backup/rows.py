"""Rows of any table as lines of JSON, and back into the tables of either data base."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, select
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Integer, LargeBinary, String

Value = Callable[[Any], Any]
AT_ONCE = 1000


def row_lines(tx: Connection, table: Table) -> Iterator[bytes]:
    """All rows of `table`, a line each, in the order of its key."""
    packers = [_packer(column) for column in table.columns]
    ordered = select(table).order_by(*table.primary_key.columns)
    rows = tx.execute(ordered, execution_options={"yield_per": AT_ONCE})
    for row in rows:
        packed = [pack(value) for pack, value in zip(packers, row, strict=True)]
        yield json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_values(line: bytes, columns: Sequence[Column[Any]], dialect: Dialect) -> dict[str, Any]:
    """The row in one line, for a table of this data base.

    Raises:
        ValueError: it is no row of these columns.
    """
    packed = json.loads(line)
    if not isinstance(packed, list) or len(packed) != len(columns):
        raise ValueError(f"expected a list of {len(columns)} values, found {str(packed)[:60]}")
    return {
        column.name: _unpack(column, value, dialect)
        for column, value in zip(columns, packed, strict=True)
    }


def _packer(column: Column[Any]) -> Value:
    if isinstance(column.type, LargeBinary):
        return lambda value: None if value is None else b64encode(value).decode()
    return lambda value: value.isoformat() if isinstance(value, datetime) else value


_PLAIN: tuple[tuple[type[Any], tuple[type, ...]], ...] = (
    (Boolean, (bool,)),
    (Integer, (int,)),
    (Float, (int, float)),
    (String, (str,)),
)


def _unpack(column: Column[Any], value: Any, dialect: Dialect) -> Any:
    kind = column.type
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, LargeBinary):
        return b64decode(value, validate=True)
    if isinstance(kind, DateTime) and isinstance(value, str):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment
    if not any(isinstance(kind, known) and isinstance(value, kinds) for known, kinds in _PLAIN):
        raise ValueError(f"{column.name}: expected {kind}, found {value!r}")
    return value
