"""Tables as Parquet: typed, compressed (zstd), written row group by row group."""

from collections.abc import Iterable, Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from playbill.core.analysis import Analysis
from playbill.exports.drain import Drain
from playbill.exports.source import BOXES, FRAMES_FROM, TIMES_FROM
from playbill.exports.tables import Table, rows_of

ROW_GROUP = 32_768
TYPES = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64()}


def parquet_chunks(table: Table, analyses: Iterable[Analysis]) -> Iterator[bytes]:
    """The file in pieces of one row group; at most one group is in memory."""
    said = {"frame numbers": FRAMES_FROM, "times": TIMES_FROM, "boxes": BOXES}
    fields = [(name, TYPES[type_]) for name, type_ in table.columns.items()]
    schema = pa.schema(fields, metadata=said)
    drain = Drain()
    with pq.ParquetWriter(drain, schema, compression="zstd") as writer:
        rows = rows_of(table, analyses)
        while group := list(islice(rows, ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema))
            yield drain.take()
    yield drain.take()
