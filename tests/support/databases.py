"""Empty data bases for tests: a SQLite file, and a schema of its own in a real PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from playbill.archive.database import Database

KINDS = ("sqlite", "postgres")
BOTH = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""Of tests whose fixture `kind` says which data base they run on."""


@contextmanager
def empty_url(kind: str, folder: Path) -> Iterator[str]:
    """The address of a data base without tables, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'archive.db'}"
        return
    server = os.environ.get("PLAYBILL_POSTGRES")
    if not server:
        pytest.skip("PLAYBILL_POSTGRES does not name a PostgreSQL server (see .ci/postgres)")
    schema = f"test_{uuid4().hex}"
    owner = Database.open(server)
    owner.write(lambda tx: tx.exec_driver_sql(f"CREATE SCHEMA {schema}"))
    try:
        options = {"options": f"-csearch_path={schema}"}
        address = make_url(server).update_query_dict(options)
        yield address.render_as_string(hide_password=False)
    finally:
        owner.write(lambda tx: tx.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE"))
        owner.close()
