"""People, their portraits, and what was decided."""

import sqlalchemy as sa
from alembic.operations import Operations

from playbill.archive.migrations.kinds import Moment, Number

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False, comment="the name it was made with"),
        sa.Column("name", sa.Text(), nullable=False, comment="projection: the last rename"),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.String(length=36), comment="projection: who it is one with"),
        sa.Column(
            "hidden", sa.Boolean(), server_default=sa.false(), nullable=False, comment="projection"
        ),
        sa.Column("forgotten_at", Moment, comment="erased on demand; the name is gone as well"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_merged_into", "people", ["merged_into"])
    op.create_index("ix_people_name", "people", ["name"])
    op.create_table(
        "portraits",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the picture"),
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False, comment="(d,) float16"),
        sa.Column("crop", sa.Text(), nullable=False, comment="key in the blobs"),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_portraits_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portraits"),
        sa.UniqueConstraint(
            "person_id", "sha256", "space", name="uq_portraits_person_id_sha256_space"
        ),
    )
    op.create_table(
        "decisions",
        sa.Column("seq", Number, autoincrement=True, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=36)),
        sa.Column("other_person_id", sa.String(length=36)),
        sa.Column("cluster_id", sa.String(length=36)),
        sa.Column("other_cluster_id", sa.String(length=36)),
        sa.Column("media_id", sa.String(length=36)),
        sa.Column("run_id", sa.String(length=36)),
        sa.Column("target_seq", Number, comment="of an undo: the decision that no longer counts"),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_decisions"),
    )
    op.create_index("ix_decisions_cluster_id", "decisions", ["cluster_id"])
    op.create_index("ix_decisions_media_id", "decisions", ["media_id"])
    op.create_index("ix_decisions_other_person_id", "decisions", ["other_person_id"])
    op.create_index("ix_decisions_person_id", "decisions", ["person_id"])
    op.create_index("ix_decisions_target_seq", "decisions", ["target_seq"])
    op.create_table(
        "decision_tracks",
        sa.Column("seq", Number, nullable=False),
        sa.Column("track_id", Number, nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["decisions.seq"], name="fk_decision_tracks_seq"),
        sa.PrimaryKeyConstraint("seq", "track_id", name="pk_decision_tracks"),
    )
    op.create_index("ix_decision_tracks_track_id", "decision_tracks", ["track_id"])
