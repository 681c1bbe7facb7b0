"""Empty data bases to be measured on: a SQLite file, and a schema in a real PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from benchmarks.errors import BenchmarkError
from playbill.archive.database import Database
from playbill.archive.tables import metadata

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def empty_database(kind: str) -> Iterator[Database]:
    """A data base with all tables of the archive, gone afterwards."""
    if kind == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            yield from _with_tables(f"sqlite:///{Path(folder) / 'archive.db'}")
        return
    server = os.environ.get("PLAYBILL_POSTGRES")
    if not server:
        raise BenchmarkError("PLAYBILL_POSTGRES does not name a PostgreSQL server")
    owner, schema = Database.open(server), f"made_{uuid4().hex}"
    owner.write(lambda tx: tx.exec_driver_sql(f"CREATE SCHEMA {schema}"))
    try:
        address = make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
        yield from _with_tables(address.render_as_string(hide_password=False))
    finally:
        owner.write(lambda tx: tx.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE"))
        owner.close()


def settle(database: Database) -> None:
    """Have PostgreSQL count its rows, as it does by itself some minutes after they came."""
    if database.dialect == "postgresql":
        alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _with_tables(url: str) -> Iterator[Database]:
    database = Database.open(url)
    try:
        database.write(metadata.create_all)
        yield database
    finally:
        database.close()
