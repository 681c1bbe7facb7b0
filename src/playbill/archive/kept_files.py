"""Which files of the blobs the rows speak of: crops, portraits and uploads."""

from collections.abc import Iterator
from pathlib import PurePath

from sqlalchemy import Connection, select

from playbill.archive.tables import faces, media, portraits


def kept_keys(tx: Connection) -> Iterator[tuple[str, str]]:
    """The key of each file that some row needs, and which row that is; a key may come twice."""
    for what, table, column in (
        ("face", faces, faces.c.crop),
        ("portrait", portraits, portraits.c.crop),
        ("media", media, media.c.place),
    ):
        named = select(table.c.id, column).where(column.is_not(None)).order_by(table.c.id)
        for row_id, key in tx.execute(named, execution_options={"yield_per": 5000}):
            if what != "media" or not PurePath(key).is_absolute():
                yield key, f"{what} {row_id}"
