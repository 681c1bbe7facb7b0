"""Who may do what, and who did what."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table, Text, true

from playbill.archive.tables.columns import Digest, Identity, Moment, metadata, numbered, version

users = Table(
    "users",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("password", Text, nullable=False, comment="argon2id"),
    Column("role", String(10), nullable=False, comment="viewer labeller curator admin"),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
    version(),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("user_id", Identity, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("secret_sha256", Digest, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret_sha256", Digest, primary_key=True),
    Column("user_id", Identity, ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    numbered("seq"),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous", Digest, nullable=False, comment="hash of the row before"),
    Column("hash", Digest, nullable=False, unique=True),
    Index(None, "subject"),
)
"""Every change, each row sealed with the one before; see `archive/audit.py`."""
