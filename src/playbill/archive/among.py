"""`column IN (...)` for lists of any length, as one parameter of one statement."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from playbill.archive.tables.columns import Number


def among(column: ColumnElement[Any], values: Collection[int] | Collection[str]) -> "Among":
    r"""Whether `column`, of numbers or of text, has one of `values`.

    `in_` makes a parameter of each, which for thousands costs more than the query itself.

    >>> from sqlalchemy import column, select
    >>> str(select(column("id")).where(among(column("id"), [1, 2])))
    'SELECT id \nWHERE id IN (SELECT value FROM json_each(:param_1))'
    """
    return Among(column, literal(json.dumps(list(values)), Text))


class Among(FunctionElement[bool]):
    """The construct that `among` makes: a column, and a list as JSON."""

    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # a condition as it stands: SQLite would compare it with 1


@compiles(Among)
def _in_sqlite(element: Among, compiler: SQLCompiler, **given: Any) -> str:
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - parameters


@compiles(Among, "postgresql")
def _in_postgresql(element: Among, compiler: SQLCompiler, **given: Any) -> str:
    of = next(iter(element.clauses)).type
    kind = "bigint" if isinstance(of, BigInteger | type(Number)) else "text"
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    listed = f"jsonb_array_elements_text(CAST({values} AS jsonb))"
    return f"{column} = ANY(ARRAY(SELECT CAST(value AS {kind}) FROM {listed} AS value))"  # noqa: S608 - as above
