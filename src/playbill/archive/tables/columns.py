"""What all tables share: names of constraints, and the kinds of columns."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Identity = String(36)
"""A UUID as text."""
Digest = String(64)
"""A SHA-256 in lower-case hexadecimal."""
Number = BigInteger().with_variant(Integer(), "sqlite")
"""A row's own number; SQLite counts up by itself in `INTEGER` alone."""
Micros = BigInteger()
"""A time or span of a medium in microseconds, as exact as the document."""


class Moment(TypeDecorator[datetime]):
    """A calendar time, kept in UTC; SQLite knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone, and bring the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment must have a time zone, got {value}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that it is UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def numbered(name: str = "id") -> Column[Any]:
    """A primary key that counts up."""
    return Column(name, Number, primary_key=True, autoincrement=True)


def version() -> Column[Any]:
    """Counts the changes of what people edit: the ETag."""
    return Column("version", Integer, nullable=False, server_default="1")
