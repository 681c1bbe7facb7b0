"""The archive's tables, one file per topic. A machine's rows and a person's decisions never mix."""

from playbill.archive.tables.access import audit, keys, sessions, users
from playbill.archive.tables.columns import metadata
from playbill.archive.tables.faces import appearances, bodies, clusters, faces, tracks
from playbill.archive.tables.jobs import deliveries, jobs, replies, segments, uploads
from playbill.archive.tables.media import media, runs, words
from playbill.archive.tables.people import decision_tracks, decisions, people, portraits

__all__ = [
    "appearances",
    "audit",
    "bodies",
    "clusters",
    "decision_tracks",
    "decisions",
    "deliveries",
    "faces",
    "jobs",
    "keys",
    "media",
    "metadata",
    "people",
    "portraits",
    "replies",
    "runs",
    "segments",
    "sessions",
    "tracks",
    "uploads",
    "users",
    "words",
]
