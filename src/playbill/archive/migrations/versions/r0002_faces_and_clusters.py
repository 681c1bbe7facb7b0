"""Faces, tracks and groups of them, and spans of time."""

import sqlalchemy as sa
from alembic.operations import Operations

from playbill.archive.migrations.kinds import Moment, Number

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """From the revision before to this one."""
    op.create_table(
        "clusters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("person_id", sa.String(length=36), comment="projection: who people say it is"),
        sa.Column("merged_into", sa.String(length=36), comment="projection"),
        sa.Column(
            "hidden", sa.Boolean(), server_default=sa.false(), nullable=False, comment="projection"
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clusters"),
    )
    op.create_index("ix_clusters_person_id", "clusters", ["person_id"])
    op.create_table(
        "tracks",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column("shot", sa.Integer(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False, comment="how many"),
        sa.Column("space", sa.Text()),
        sa.Column(
            "embedding", sa.LargeBinary(), comment="(d,) float16, the weighted mean; erased: null"
        ),
        sa.Column("machine_cluster_id", sa.String(length=36), comment="where clustering put it"),
        sa.Column(
            "cluster_id",
            sa.String(length=36),
            comment="projection: where it is, after splits and merges",
        ),
        sa.Column(
            "machine_person_id", sa.String(length=36), comment="whom the gallery of today sees"
        ),
        sa.Column("machine_score", sa.Float()),
        sa.Column("same_as", Number, comment="track of an earlier run that shows the same faces"),
        sa.Column("split_from", Number, comment="track that a person took these faces out of"),
        sa.Column("person_id", sa.String(length=36), comment="projection: who it is"),
        sa.Column(
            "verified",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="projection",
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_tracks_media_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_tracks_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
    )
    op.create_index("ix_tracks_cluster_id", "tracks", ["cluster_id"])
    op.create_index("ix_tracks_machine_cluster_id", "tracks", ["machine_cluster_id"])
    op.create_index("ix_tracks_machine_person_id", "tracks", ["machine_person_id"])
    op.create_index("ix_tracks_media_id_start_us", "tracks", ["media_id", "start_us"])
    op.create_index("ix_tracks_person_id_media_id", "tracks", ["person_id", "media_id"])
    op.create_index("ix_tracks_run_id", "tracks", ["run_id"])
    op.create_index("ix_tracks_same_as", "tracks", ["same_as"])
    op.create_table(
        "faces",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column("machine_track_id", Number, nullable=False),
        sa.Column("track_id", Number, nullable=False, comment="projection, after splits"),
        sa.Column("frame_index", sa.Integer(), nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.Column("thing", sa.Integer(), nullable=False, comment="place among the frame's objects"),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("top", sa.Float(), nullable=False),
        sa.Column("right", sa.Float(), nullable=False),
        sa.Column("bottom", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), comment="(d,) float16; erased: null"),
        sa.Column("crop", sa.Text(), comment="key in the blobs; erased: null"),
        sa.ForeignKeyConstraint(
            ["machine_track_id"], ["tracks.id"], name="fk_faces_machine_track_id"
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_faces_media_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_faces_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_faces"),
    )
    op.create_index("ix_faces_machine_track_id", "faces", ["machine_track_id"])
    op.create_index("ix_faces_media_id_frame_index", "faces", ["media_id", "frame_index"])
    op.create_index("ix_faces_run_id", "faces", ["run_id"])
    op.create_index("ix_faces_track_id", "faces", ["track_id"])
    op.create_table(
        "appearances",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("media_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="person or object"),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("shot", sa.Integer(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("first_frame", sa.Integer(), nullable=False),
        sa.Column("last_frame", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("track_id", Number, comment="null: objects, and bodies without a face"),
        sa.Column(
            "derived",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="projection: a piece of a track that a person has split, "
            "in the machine's place",
        ),
        sa.Column(
            "current", sa.Boolean(), nullable=False, comment="projection: of the run that is shown"
        ),
        sa.Column("person_id", sa.String(length=36), comment="projection, after merges"),
        sa.Column("cluster_id", sa.String(length=36), comment="projection"),
        sa.Column(
            "verified",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="projection",
        ),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_appearances_media_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_appearances_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appearances"),
    )
    op.create_index(
        "ix_appearances_class_id_current_media_id_start_us",
        "appearances",
        ["class_id", "current", "media_id", "start_us"],
    )
    op.create_index("ix_appearances_cluster_id", "appearances", ["cluster_id"])
    op.create_index(
        "ix_appearances_media_id_current_start_us",
        "appearances",
        ["media_id", "current", "start_us"],
    )
    op.create_index(
        "ix_appearances_person_id_current_media_id_start_us",
        "appearances",
        ["person_id", "current", "media_id", "start_us"],
    )
    op.create_index("ix_appearances_run_id", "appearances", ["run_id"])
    op.create_index("ix_appearances_track_id", "appearances", ["track_id"])
