"""What runs saw: faces, tracks of them, groups of tracks, and spans of time.

`tracks.person_id`, `appearances.person_id` and `clusters.person_id` are projections: they follow
from what machines matched and what people decided (`archive/decisions/`), and can be made anew.
"""

from sqlalchemy import (
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

from playbill.archive.tables.columns import (
    Identity,
    Micros,
    Moment,
    Number,
    metadata,
    numbered,
    version,
)

clusters = Table(
    "clusters",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("space", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("person_id", Identity, index=True, comment="projection: who people say it is"),
    Column("merged_into", Identity, comment="projection"),
    Column("hidden", Boolean, nullable=False, server_default=false(), comment="projection"),
    version(),
)

tracks = Table(
    "tracks",
    metadata,
    numbered(),
    Column("run_id", Identity, ForeignKey("runs.id"), nullable=False, index=True),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False),
    Column("shot", Integer, nullable=False),
    Column("start_us", Micros, nullable=False),
    Column("end_us", Micros, nullable=False),
    Column("faces", Integer, nullable=False, comment="how many"),
    Column("space", Text),
    Column("embedding", LargeBinary, comment="(d,) float16, the weighted mean; erased: null"),
    Column("unknown", Integer, comment="which of the run's people without a name; null: none"),
    Column("machine_cluster_id", Identity, comment="where clustering put it"),
    Column("cluster_id", Identity, comment="projection: where it is, after splits and merges"),
    Column("machine_person_id", Identity, comment="whom the gallery of today sees"),
    Column("machine_score", Float),
    Column("same_as", Number, comment="track of an earlier run that shows the same faces"),
    Column("split_from", Number, comment="track that a person took these faces out of"),
    Column("person_id", Identity, comment="projection: who it is"),
    Column("verified", Boolean, nullable=False, server_default=false(), comment="projection"),
    Index(None, "cluster_id"),
    Index(None, "machine_cluster_id"),
    Index(None, "machine_person_id"),
    Index(None, "person_id", "media_id"),
    Index(None, "media_id", "start_us"),
    Index(None, "same_as"),
)
"""One person through one shot; the unit that is grouped, matched and named."""

faces = Table(
    "faces",
    metadata,
    numbered(),
    Column("run_id", Identity, ForeignKey("runs.id"), nullable=False, index=True),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False),
    Column("machine_track_id", Number, ForeignKey("tracks.id"), nullable=False, index=True),
    Column("track_id", Number, nullable=False, index=True, comment="projection, after splits"),
    Column("frame_index", Integer, nullable=False),
    Column("time_us", Micros, nullable=False),
    Column("thing", Integer, nullable=False, comment="place among the frame's objects"),
    Column("left", Float, nullable=False),
    Column("top", Float, nullable=False),
    Column("right", Float, nullable=False),
    Column("bottom", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("embedding", LargeBinary, comment="(d,) float16; erased: null"),
    Column("crop", Text, comment="key in the blobs; erased: null"),
    Index(None, "media_id", "frame_index"),
)

bodies = Table(
    "bodies",
    metadata,
    numbered(),
    Column("run_id", Identity, ForeignKey("runs.id"), nullable=False, index=True),
    Column("machine_track_id", Number, ForeignKey("tracks.id"), nullable=False, index=True),
    Column("frame_index", Integer, nullable=False),
    Column("thing", Integer, nullable=False, comment="place among the frame's objects"),
)
"""Bodies that a track goes on in where no face is seen; after splits, they go with the nearest."""

appearances = Table(
    "appearances",
    metadata,
    numbered(),
    Column("run_id", Identity, ForeignKey("runs.id"), nullable=False, index=True),
    Column("media_id", Identity, ForeignKey("media.id"), nullable=False),
    Column("kind", String(8), nullable=False, comment="person or object"),
    Column("class_id", Integer, nullable=False),
    Column("shot", Integer, nullable=False),
    Column("start_us", Micros, nullable=False),
    Column("end_us", Micros, nullable=False),
    Column("first_frame", Integer, nullable=False),
    Column("last_frame", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("track_id", Number, comment="null: objects, and bodies without a face"),
    Column(
        "derived",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="projection: a piece of a track that a person has split, in the machine's place",
    ),
    Column("current", Boolean, nullable=False, comment="projection: of the run that is shown"),
    Column("person_id", Identity, comment="projection, after merges"),
    Column("cluster_id", Identity, comment="projection"),
    Column("verified", Boolean, nullable=False, server_default=false(), comment="projection"),
    Index(None, "person_id", "current", "media_id", "start_us"),
    Index(None, "class_id", "current", "media_id", "start_us"),
    Index(None, "media_id", "current", "start_us"),
    Index(None, "cluster_id"),
    Index(None, "track_id"),
)
"""Spans of time: a stretch of one track, or of one class of objects, within a shot."""
