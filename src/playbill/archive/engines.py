"""From the address of a data base to what SQLAlchemy connects with, set as the archive needs it."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from playbill.errors import ArchiveError, ExtraMissing

BUSY_MS = 10_000
"""So long a data base waits for another writer before the unit of work is begun anew."""
_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON")
"""The last one: what is deleted is written over with zeros, since faces are to be forgotten."""
_POSTGRES = "postgresql+psycopg"
_SPELLINGS = {"postgresql": _POSTGRES, "postgres": _POSTGRES}
"""How others write the address of a PostgreSQL."""
_GONE_AFTER: dict[str, Any] = {
    "connect_timeout": BUSY_MS // 1000,
    "tcp_user_timeout": BUSY_MS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""A server that says nothing any more, whose machine is off, is an error, not a wait for hours."""
_PASSWORD = re.compile(r"(?<=//)([^/@:]*):[^/@]*@")


def sqlite_file(path: Path) -> Engine:
    """What connects with the SQLite file at `path`, whatever signs are in its name."""
    return _sqlite(URL.create("sqlite", database=str(path)))


def engine_at(url: str) -> Engine:
    """What connects with `sqlite:///file.db` or `postgresql+psycopg://user@host/name`.

    Raises:
        ArchiveError: the address is none of a data base that is known here.
        ExtraMissing: PostgreSQL's driver is not installed.
    """
    address = parsed(url)
    if address.drivername == "sqlite":
        return _sqlite(address)
    try:
        return _postgres(address)
    except ModuleNotFoundError as error:
        raise ExtraMissing(
            f"{error.name} is not installed, and PostgreSQL needs it: "
            "pip install 'playbill[postgres]'"
        ) from error


def parsed(url: str) -> URL:
    """The parts of an address, with the driver that is used here.

    Raises:
        ArchiveError: it is none of a data base that is known here.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _unknown(url) from error
    address = address.set(drivername=_SPELLINGS.get(address.drivername, address.drivername))
    known = address.drivername in {"sqlite", _POSTGRES}
    if not known or (address.drivername == "sqlite" and address.query):
        raise _unknown(url)
    return address


def shown(url: str) -> str:
    """An address as it may stand in a message: without the password.

    >>> shown("postgresql+psycopg://playbill:geheim@host/name")
    'postgresql+psycopg://playbill:***@host/name'
    """
    return _PASSWORD.sub(r"\1:***@", url)


def _unknown(url: str) -> ArchiveError:
    return ArchiveError(
        f"{shown(url)!r}: no data base that is known here, expected sqlite:///FILE or "
        "postgresql+psycopg://USER@HOST/NAME"
    )


def _sqlite(address: URL) -> Engine:
    """Write-ahead log, foreign keys, and transactions that begin when we say so.

    Python's driver begins a transaction only before the first change, as a reader that may be
    turned away when it wants to write. `BEGIN IMMEDIATE` queues writers up instead.
    """
    engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writing = connection.info.get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres(address: URL) -> Engine:
    """Whoever waits for another's lock, and whoever hears nothing, waits so long and no longer."""
    said = {name: value for name, value in _GONE_AFTER.items() if name not in address.query}
    engine = create_engine(
        address, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=said
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.execute(f"SET lock_timeout = {BUSY_MS}")
        connection.commit()

    return engine
