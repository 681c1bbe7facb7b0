"""People, the pictures they were learned from, and what was decided. Decisions are only added."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from playbill.archive.tables.columns import (
    Digest,
    Identity,
    Moment,
    Number,
    metadata,
    numbered,
    version,
)

people = Table(
    "people",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("first_name", Text, nullable=False, comment="the name it was made with"),
    Column("name", Text, nullable=False, index=True, comment="projection: the last rename"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("merged_into", Identity, index=True, comment="projection: who it is one with"),
    Column("hidden", Boolean, nullable=False, server_default=false(), comment="projection"),
    Column("forgotten_at", Moment, comment="erased on demand; the name is gone as well"),
    version(),
)

portraits = Table(
    "portraits",
    metadata,
    numbered(),
    Column("person_id", Identity, ForeignKey("people.id"), nullable=False),
    Column("sha256", Digest, nullable=False, comment="of the picture"),
    Column("space", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False, comment="(d,) float16"),
    Column("crop", Text, nullable=False, comment="key in the blobs"),
    Column("added_at", Moment, nullable=False),
    Column("added_by", Text, nullable=False),
    UniqueConstraint("person_id", "sha256", "space"),
)
"""Enrolment pictures."""

decisions = Table(
    "decisions",
    metadata,
    numbered("seq"),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("person_id", Identity),
    Column("other_person_id", Identity),
    Column("cluster_id", Identity),
    Column("other_cluster_id", Identity),
    Column("media_id", Identity),
    Column("run_id", Identity),
    Column("target_seq", Number, comment="of an undo: the decision that no longer counts"),
    Column("details", JSON, nullable=False),
    Index(None, "person_id"),
    Index(None, "other_person_id"),
    Index(None, "cluster_id"),
    Index(None, "media_id"),
    Index(None, "target_seq"),
)

decision_tracks = Table(
    "decision_tracks",
    metadata,
    Column("seq", Number, ForeignKey("decisions.seq"), primary_key=True),
    Column("track_id", Number, primary_key=True),
    Index(None, "track_id"),
)
"""Which tracks a decision is about, where it is about some and not about a whole cluster."""
