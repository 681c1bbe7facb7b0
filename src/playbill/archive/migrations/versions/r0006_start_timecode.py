"""The time code that a video's file itself begins with; of what was added before it is unknown."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0006"
down_revision = "0005"


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.add_column(
        "media",
        sa.Column(
            "start_timecode", sa.String(length=11), comment="of the first frame, as the file says"
        ),
    )
