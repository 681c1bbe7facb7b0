"""Tables as CSV (RFC 4180, UTF-8), exactly as they are.

Names are not altered: a spreadsheet may take one that begins with `=` for a formula, so import the
column as text.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from playbill.core.analysis import Analysis
from playbill.exports.tables import Table, rows_of

CHUNK_CHARACTERS = 1 << 16


def csv_chunks(table: Table, analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """The table's head and rows, in pieces of about 64 KiB."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(table.columns))
    writer.writeheader()
    for row in rows_of(table, analyses):
        writer.writerow(row)
        if text.tell() >= CHUNK_CHARACTERS:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    held = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return held
