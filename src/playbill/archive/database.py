"""A SQLite file or a PostgreSQL data base, and units of work that are whole or nothing."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from playbill.errors import ArchiveError, ArchiveUnavailable, ExtraMissing

T = TypeVar("T")

PATIENCE_S = 30.0
"""So long a unit of work is tried again while the data base is locked or away."""
BUSY_MS = 10_000
"""So long SQLite itself waits for another writer."""
_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON")
"""The last one: what is deleted is written over with zeros, since faces are to be forgotten."""


class Database:
    """Hands out connections; knows no table.

    A unit of work is a function of a connection. It may run more than once, so it must change
    nothing but the data base.

    >>> db = Database.open("sqlite://")
    >>> db.read(lambda tx: tx.exec_driver_sql("select 1").scalar_one())
    1
    """

    def __init__(self, engine: Engine, *, patience_s: float = PATIENCE_S) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._patience_s = patience_s

    @classmethod
    def open(cls, url: str, *, patience_s: float = PATIENCE_S) -> "Database":
        """Open `sqlite:///file.db` or `postgresql+psycopg://user@host/name`.

        Raises:
            ArchiveError: the address is none of a data base that is known here.
            ExtraMissing: PostgreSQL's driver is not installed.
        """
        try:
            address = make_url(url)
            if address.get_backend_name() not in {"sqlite", "postgresql"}:
                raise NoSuchModuleError(url)
            if address.get_backend_name() == "sqlite":
                engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000})
                _tame_sqlite(engine)
            else:
                engine = create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20)
        except (ArgumentError, NoSuchModuleError) as error:
            raise ArchiveError(
                f"{url!r}: no data base that is known here, expected sqlite:///FILE or "
                "postgresql+psycopg://USER@HOST/NAME"
            ) from error
        except ModuleNotFoundError as error:
            raise ExtraMissing(
                f"{error.name} is not installed, and PostgreSQL needs it: "
                "pip install 'playbill[postgres]'"
            ) from error
        return cls(engine, patience_s=patience_s)

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """The SQLite file of an archive that lives in one folder."""
        return cls.open(f"sqlite:///{folder / 'archive.db'}")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent state of the data base.

        Raises:
            ArchiveUnavailable: the data base has been away or locked for too long.
        """
        return self._run(work, write=False)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and keep all that it did; if it raises, nothing of it.

        Raises:
            ArchiveUnavailable: as for `read`; nothing was kept.
        """
        return self._run(work, write=True)

    def empty_log(self) -> None:
        """Bring SQLite's write-ahead log home, where old states of rows linger; it may be in use.

        PostgreSQL sees to its own.
        """
        if self.dialect != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _run(self, work: Callable[[Connection], T], *, write: bool) -> T:
        deadline, pause_s = time.monotonic() + self._patience_s, 0.05
        while True:
            try:
                return self._once(work, write=write)
            except DBAPIError as error:
                if not _passes(error):
                    raise
                if time.monotonic() + pause_s > deadline:
                    raise ArchiveUnavailable(
                        f"the data base has not answered for {self._patience_s:.0f} s: {error.orig}"
                    ) from error
            time.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 - spreads retries
            pause_s = min(2 * pause_s, 1.0)

    def _once(self, work: Callable[[Connection], T], *, write: bool) -> T:
        with self.engine.connect() as connection:
            connection.info["write"] = write
            with connection.begin():
                return work(connection)


def _passes(error: DBAPIError) -> bool:
    """Whether the same work may well succeed a moment later."""
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return str(code)[:2] in {"08", "40", "53", "57"} or code == "55P03"
    reason = str(error.orig).lower()
    return isinstance(error, OperationalError) and (
        "locked" in reason or "connection" in reason or "closed" in reason or "full" in reason
    )


def _tame_sqlite(engine: Engine) -> None:
    """Write-ahead log, foreign keys, and transactions that begin when we say so.

    Python's driver begins a transaction only before the first change, as a reader that may be
    turned away when it wants to write. `BEGIN IMMEDIATE` queues writers up instead.
    """

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
