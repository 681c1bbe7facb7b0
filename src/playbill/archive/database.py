"""A SQLite file or a PostgreSQL data base, and units of work that are whole or nothing."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from playbill.archive.engines import engine_at, sqlite_file
from playbill.errors import ArchiveUnavailable

T = TypeVar("T")

PATIENCE_S = 30.0
"""So long a unit of work is tried again while the data base is locked or away."""
_READING: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""What makes all statements of one reader see one state, where that is not so anyway."""


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
        return cls(engine_at(url), patience_s=patience_s)

    @classmethod
    def in_folder(cls, folder: Path) -> "Database":
        """The SQLite file of an archive that lives in one folder."""
        return cls(sqlite_file(folder / "archive.db"))

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on one consistent state of the data base.

        Raises:
            ArchiveUnavailable: the data base has been away or locked for too long, or is damaged.
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
            except NoConnectionFree as error:
                raise ArchiveUnavailable(
                    "the data base is busy: no connection to it has come free for too long"
                ) from error
            except DBAPIError as error:
                if _is_unusable(error):
                    raise ArchiveUnavailable(
                        f"{self._name()}: the data base cannot be used: {error.orig}"
                    ) from error
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
            if not write:
                connection.execution_options(**_READING[self.dialect])
            with connection.begin():
                return work(connection)

    def _name(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)


_BUSY = {5, 6, 10, 13}
"""SQLite: BUSY, LOCKED, IOERR, FULL."""
_UNUSABLE = {3, 7, 8, 11, 14, 23, 26}
"""SQLite: PERM, NOMEM, READONLY, CORRUPT, CANTOPEN, AUTH, NOTADB."""


def _passes(error: DBAPIError) -> bool:
    """Whether the same work may well succeed a moment later."""
    if error.connection_invalidated:
        return True
    if (number := _sqlite_number(error)) is not None:
        return number in _BUSY
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state)[:2] in {"08", "40", "53", "57"} or state in {"25006", "55P03"}
    reason = str(error.orig).lower()
    return isinstance(error, OperationalError) and ("connection" in reason or "closed" in reason)


def _is_unusable(error: DBAPIError) -> bool:
    """Whether it is the data base that is at fault, and stays so: damaged, or not ours to use."""
    if (number := _sqlite_number(error)) is not None:
        return number in _UNUSABLE
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return state[:2] in {"28", "3D", "58", "XX"} or state == "42501"


def _sqlite_number(error: DBAPIError) -> int | None:
    """SQLite's own number of the error, without what its kind adds to it."""
    number = getattr(error.orig, "sqlite_errorcode", None)
    return None if number is None else int(number) & 0xFF
