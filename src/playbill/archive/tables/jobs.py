"""Work that is to be done, by whom, and how far it is."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from playbill.archive.tables.columns import (
    Digest,
    Identity,
    Moment,
    metadata,
    numbered,
    version,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False, index=True),
    Column("fingerprint", Digest, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("state", String(12), nullable=False, comment="queued running done failed cancelled"),
    Column("priority", Integer, nullable=False, comment="more is sooner"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("run_id", Identity, comment="what came of it"),
    Column("error", Text, comment="why it failed"),
    Column("hook", Text, comment="address to be told when it is over"),
    version(),
    Index(None, "state", "priority", "created_at"),
)

segments = Table(
    "segments",
    metadata,
    numbered(),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False),
    Column("fingerprint", Digest, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_frame", Integer, nullable=False, comment="the first wanted frame"),
    Column("end_frame", Integer, nullable=False, comment="wanted frames lie before it"),
    Column("frames", Integer, nullable=False, comment="how many are wanted"),
    Column("state", String(12), nullable=False, comment="queued running done aside"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("lease_until", Float, comment="seconds since 1970"),
    Column("done_frames", Integer, nullable=False, server_default="0"),
    Column("seconds", Float, comment="it took"),
    Column("error", Text, comment="of the last attempt that failed"),
    Column("findings", LargeBinary, comment="what the networks said; gone once it is in a run"),
    UniqueConstraint("media_id", "fingerprint", "number"),
    Index(None, "state", "lease_until"),
)
"""A few minutes of a video, shared by all jobs of one medium and fingerprint."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("sha256", Digest, comment="as promised by the sender"),
    Column("details", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("media_id", Identity, comment="once it is whole"),
)

replies = Table(
    "replies",
    metadata,
    Column("who", Text, primary_key=True),
    Column("key", String(200), primary_key=True, comment="Idempotency-Key"),
    Column("request_sha256", Digest, nullable=False),
    Column("status", Integer, comment="null: still at it"),
    Column("headers", JSON),
    Column("body", LargeBinary),
    Column("created_at", Moment, nullable=False),
)
"""What was answered to requests that may be sent again."""

deliveries = Table(
    "deliveries",
    metadata,
    numbered(),
    Column("job_id", Identity, ForeignKey("jobs.id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("state", String(12), nullable=False, comment="queued done failed"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Moment, nullable=False),
    Column("error", Text),
    Index(None, "state", "next_at"),
)
"""Web hooks to be called."""
