"""Tables as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet.

Names of people and files are other people's text. A cell that begins with `=` would be computed by
the spreadsheet that opens it (OWASP calls it CSV injection), so text that begins like a formula has
an apostrophe in front. Parquet and JSON have it letter by letter.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from playbill.core.analysis import Analysis
from playbill.exports.tables import Cell, Table, rows_of

CHUNK_CHARACTERS = 1 << 16
FORMULA_SIGNS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a formula begins with; East Asian spreadsheets know the full-width signs too."""


def csv_chunks(table: Table, analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """The table's head and rows, in pieces of about 64 KiB."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(table.columns))
    writer.writeheader()
    for row in rows_of(table, analyses):
        writer.writerow({column: no_formula(cell) for column, cell in row.items()})
        if text.tell() >= CHUNK_CHARACTERS:
            yield _taken(text)
    yield _taken(text)


def no_formula(cell: Cell) -> Cell:
    """Text with an apostrophe in front where a spreadsheet would compute it; numbers as they are.

    >>> no_formula("=HYPERLINK(1)"), no_formula("Ada"), no_formula(-1.5)
    ("'=HYPERLINK(1)", 'Ada', -1.5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _taken(text: io.StringIO) -> bytes:
    held = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return held
