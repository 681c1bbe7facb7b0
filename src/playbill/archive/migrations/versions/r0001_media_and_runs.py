"""Media, their runs, and the words of names."""

import sqlalchemy as sa
from alembic.operations import Operations

from playbill.archive.migrations.kinds import Moment

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.create_table(
        "media",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), comment="path of the file, or key of an upload in the blobs"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="image or video"),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("frame_rate", sa.Text(), comment="as a fraction: 30000/1001"),
        sa.Column("duration_us", sa.BigInteger()),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column(
            "run_id",
            sa.String(length=36),
            comment="what is shown: the newest run, or the one promoted",
        ),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("sha256", name="uq_media_sha256"),
    )
    op.create_index("ix_media_added_at", "media", ["added_at"])
    op.create_index("ix_media_name", "media", ["name"])
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="of networks and settings"
        ),
        sa.Column("version", sa.Text(), nullable=False, comment="of Playbill"),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("sample_every", sa.Integer(), nullable=False),
        sa.Column("decoder", sa.Text(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("gallery", sa.JSON()),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("analysed", sa.Integer(), nullable=False),
        sa.Column("corrupt", sa.Integer(), nullable=False),
        sa.Column(
            "cuts_us", sa.JSON(), nullable=False, comment="first moments of shots but the first"
        ),
        sa.Column("space", sa.Text(), comment="of its embeddings: network@sha256[:12]"),
        sa.Column(
            "document", sa.LargeBinary(), nullable=False, comment="playbill/1 as it was made, zlib"
        ),
        sa.Column("added_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_runs_media_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_media_id", "runs", ["media_id"])
    op.create_table(
        "words",
        sa.Column(
            "word",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
            comment="folded: case and accents do not count",
        ),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="person or media"),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("word", "kind", "subject_id", name="pk_words"),
    )
    op.create_index("ix_words_subject_id", "words", ["subject_id"])
