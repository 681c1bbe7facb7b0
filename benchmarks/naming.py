"""Naming a cluster of 10,000 tracks in an archive of 100,000, on both data bases; and undoing it.

The archive is made row by row: 1,000 videos, 100 tracks of three faces in each, ten of them in
the cluster that is named; the others are matched by a machine with 5,000 people. In each video
the machine sees the person in one more track, which shares a frame with one of the ten.
"""

import time
from collections.abc import Iterable
from functools import partial
from itertools import islice
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from benchmarks.archive_databases import KINDS, empty_database, settle
from benchmarks.archive_rows import EPOCH, MADE_BY, SPACE, medium_row, run_row
from benchmarks.errors import BenchmarkError
from benchmarks.rows import Row
from playbill.archive.database import Database
from playbill.archive.decisions.naming import name_cluster
from playbill.archive.decisions.projection import project_all
from playbill.archive.decisions.undo import undo
from playbill.archive.people import create_person
from playbill.archive.tables import (
    appearances,
    clusters,
    faces,
    media,
    runs,
    tracks,
)

VIDEOS, TRACKS, NAMED, FACES, PEOPLE = 1000, 100, 10, 3, 5000
MOST_S = 1.0
TIMES = 5
CLUSTER, SOMEBODY = "the-cluster", "person-0"
TRACK_US = 1_000_000

Values = dict[str, Any]


def run() -> list[Row]:
    """A row for each data base that is there."""
    return [_row(kind) for kind in KINDS]


def _row(kind: str) -> Row:
    try:
        with empty_database(kind) as database:
            return measured(kind, database)
    except BenchmarkError as error:
        return Row(what(kind), "to run", str(error), met=False)


def what(name: str) -> str:
    """The first column."""
    return f"naming a cluster of {VIDEOS * NAMED:,} tracks, {name}"


def measured(name: str, database: Database) -> Row:
    """Make the archive, name and undo a few times."""
    fill(database)
    settle(database)
    database.write(lambda tx: create_person(tx, MADE_BY, "Ada Lovelace", person_id=SOMEBODY))
    began = time.monotonic()
    database.write(project_all)
    anew_s = time.monotonic() - began
    taken = [timed(database) for _ in range(TIMES)]
    naming_s, undoing_s = (median(some) for some in zip(*taken, strict=True))
    return Row(
        what=what(name),
        must=f"<= {MOST_S:.0f} s",
        measured=f"{naming_s:.2f} s",
        met=naming_s <= MOST_S,
        note=f"of {VIDEOS * TRACKS:,} tracks in {VIDEOS:,} videos, median of {TIMES}, committed; "
        f"undone in {undoing_s:.2f} s; everything made anew in {anew_s:.0f} s",
    )


def timed(database: Database) -> tuple[float, float]:
    """Seconds to name the cluster, and to undo that."""
    began = time.monotonic()
    seq = database.write(lambda tx: name_cluster(tx, MADE_BY, CLUSTER, SOMEBODY))
    named = time.monotonic()
    if database.read(how_many) != VIDEOS * NAMED:
        raise ValueError("not all tracks of the cluster were named")
    undoing = time.monotonic()
    database.write(lambda tx: undo(tx, MADE_BY, seq))
    return named - began, time.monotonic() - undoing


def how_many(tx: Connection) -> int:
    """Tracks that are the person who was named."""
    named = select(func.count()).where(tracks.c.person_id == SOMEBODY, tracks.c.verified)
    return int(tx.execute(named).scalar_one())


def fill(database: Database) -> None:
    """Write the archive's rows."""
    made: list[tuple[Table, Iterable[Values]]] = [
        (media, (medium_row(f"media-{v}", f"run-{v}") for v in range(VIDEOS))),
        (runs, (run_row(f"run-{v}", f"media-{v}") for v in range(VIDEOS))),
        (clusters, [{"id": CLUSTER, "space": SPACE, "created_at": EPOCH}]),
        (tracks, (track(video, at) for video in range(VIDEOS) for at in range(TRACKS))),
        (
            faces,
            (
                face(video, at, number)
                for video in range(VIDEOS)
                for at in range(TRACKS)
                for number in range(FACES)
            ),
        ),
        (appearances, (stretch(video, at) for video in range(VIDEOS) for at in range(TRACKS))),
    ]
    for table, rows in made:
        rest = iter(rows)
        while some := list(islice(rest, 10_000)):
            database.write(partial(_insert, table, some))


def track(video: int, at: int) -> Values:
    """The first ones are in the cluster; the next one the machine calls like the cluster's."""
    person = 0 if at == NAMED else (video * TRACKS + at) % (PEOPLE - 1) + 1
    matched = at >= NAMED
    return {
        "id": video * TRACKS + at + 1,
        "run_id": f"run-{video}",
        "media_id": f"media-{video}",
        "shot": 0,
        "start_us": at * TRACK_US,
        "end_us": (at + 1) * TRACK_US,
        "faces": FACES,
        "machine_cluster_id": None if matched else CLUSTER,
        "cluster_id": None if matched else CLUSTER,
        "machine_person_id": f"person-{person}" if matched else None,
        "machine_score": 0.9 if matched else None,
        "verified": False,
    }


def face(video: int, at: int, number: int) -> Values:
    frame = at * FACES + number - (at == NAMED)
    number_of_track = video * TRACKS + at + 1
    return {
        "run_id": f"run-{video}",
        "media_id": f"media-{video}",
        "machine_track_id": number_of_track,
        "track_id": number_of_track,
        "frame_index": frame,
        "time_us": frame * TRACK_US // FACES,
        "thing": 0,
        "left": 0.0,
        "top": 0.0,
        "right": 50.0,
        "bottom": 50.0,
        "score": 0.9,
    }


def stretch(video: int, at: int) -> Values:
    shown = track(video, at)
    copied = ("run_id", "media_id", "shot", "start_us", "end_us", "cluster_id", "verified")
    return {name: shown[name] for name in copied} | {
        "kind": "person",
        "class_id": 0,
        "first_frame": at * FACES,
        "last_frame": at * FACES + FACES - 1,
        "frames": FACES,
        "score": 0.9,
        "track_id": shown["id"],
        "current": True,
    }


def _insert(table: Table, rows: list[Values], tx: Connection) -> None:
    tx.execute(insert(table), rows)
