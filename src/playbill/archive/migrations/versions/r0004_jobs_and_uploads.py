"""Work to be done, uploads, replies and web hooks."""

import sqlalchemy as sa
from alembic.operations import Operations

from playbill.archive.migrations.kinds import Moment, Number

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="queued running done failed cancelled",
        ),
        sa.Column("priority", sa.Integer(), nullable=False, comment="more is sooner"),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("finished_at", Moment),
        sa.Column("run_id", sa.String(length=36), comment="what came of it"),
        sa.Column("error", sa.Text(), comment="why it failed"),
        sa.Column("hook", sa.Text(), comment="address to be told when it is over"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_jobs_media_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_media_id", "jobs", ["media_id"])
    op.create_index(
        "ix_jobs_state_priority_created_at", "jobs", ["state", "priority", "created_at"]
    )
    op.create_table(
        "segments",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_frame", sa.Integer(), nullable=False, comment="the first wanted frame"),
        sa.Column("end_frame", sa.Integer(), nullable=False, comment="wanted frames lie before it"),
        sa.Column("frames", sa.Integer(), nullable=False, comment="how many are wanted"),
        sa.Column(
            "state", sa.String(length=12), nullable=False, comment="queued running done aside"
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("lease_until", sa.Float(), comment="seconds since 1970"),
        sa.Column("done_frames", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), comment="it took"),
        sa.Column("error", sa.Text(), comment="of the last attempt that failed"),
        sa.Column(
            "findings", sa.LargeBinary(), comment="what the networks said; gone once it is in a run"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_segments_media_id"),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.UniqueConstraint(
            "media_id", "fingerprint", "number", name="uq_segments_media_id_fingerprint_number"
        ),
    )
    op.create_index("ix_segments_state_lease_until", "segments", ["state", "lease_until"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), comment="as promised by the sender"),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("media_id", sa.String(length=36), comment="once it is whole"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_table(
        "replies",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False, comment="Idempotency-Key"),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), comment="null: still at it"),
        sa.Column("headers", sa.JSON()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("who", "key", name="pk_replies"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="queued done failed"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_deliveries_job_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"])
