"""Bodies that tracks go on in, and who of a run's people without a name is who.

Runs that were kept before say neither.
"""

import sqlalchemy as sa
from alembic.operations import Operations

from playbill.archive.migrations.kinds import Number

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.add_column(
        "tracks",
        sa.Column(
            "unknown", sa.Integer(), comment="which of the run's people without a name; null: none"
        ),
    )
    op.create_table(
        "bodies",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("machine_track_id", Number, nullable=False),
        sa.Column("frame_index", sa.Integer(), nullable=False),
        sa.Column("thing", sa.Integer(), nullable=False, comment="place among the frame's objects"),
        sa.ForeignKeyConstraint(
            ["machine_track_id"], ["tracks.id"], name="fk_bodies_machine_track_id"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_bodies_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bodies"),
    )
    op.create_index("ix_bodies_machine_track_id", "bodies", ["machine_track_id"])
    op.create_index("ix_bodies_run_id", "bodies", ["run_id"])
