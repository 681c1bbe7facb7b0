"""Media and their analyses. Runs are only ever added."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from playbill.archive.tables.columns import Digest, Identity, Micros, Moment, metadata, version

media = Table(
    "media",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("sha256", Digest, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("place", Text, comment="path of the file, or key of an upload in the blobs"),
    Column("bytes", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False, comment="image or video"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("container", Text, nullable=False),
    Column("codec", Text, nullable=False),
    Column("rotation", Integer, nullable=False),
    Column("frame_rate", Text, comment="as a fraction: 30000/1001"),
    Column("duration_us", Micros),
    Column("start_timecode", String(11), comment="of the first frame, as the file says"),
    Column("added_at", Moment, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("run_id", Identity, comment="what is shown: the newest run, or the one promoted"),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    version(),
    Index(None, "name"),
    Index(None, "added_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False, index=True),
    Column("fingerprint", Digest, nullable=False, comment="of networks and settings"),
    Column("version", Text, nullable=False, comment="of Playbill"),
    Column("started_at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("sample_every", Integer, nullable=False),
    Column("decoder", Text, nullable=False),
    Column("models", JSON, nullable=False),
    Column("gallery", JSON),
    Column("settings", JSON, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("analysed", Integer, nullable=False),
    Column("corrupt", Integer, nullable=False),
    Column("cuts_us", JSON, nullable=False, comment="first moments of shots but the first"),
    Column("space", Text, comment="of its embeddings: network@sha256[:12]"),
    Column("document", LargeBinary, nullable=False, comment="playbill/1 as it was made, zlib"),
    Column("added_at", Moment, nullable=False),
)

Word = String(100).with_variant(String(100, collation="C"), "postgresql")
"""Sorted by code points everywhere, so that words with one beginning lie side by side."""

words = Table(
    "words",
    metadata,
    Column("word", Word, primary_key=True, comment="folded: case and accents do not count"),
    Column("kind", String(8), primary_key=True, comment="person or media"),
    Column("subject_id", Identity, primary_key=True),
    Index(None, "subject_id"),
)
"""Full text: the words of names of people and files, found by their beginnings."""
