"""A made archive of realistic size: few people are seen everywhere, most are seen rarely.

Rows are what analysis, grouping and naming would have left: runs with documents, tracks with
embeddings, faces, appearances, clusters, people, words. Two archives of one seed are the same.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, cast
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, insert, text

from benchmarks.archive_plan import (
    STEP_S,
    Seen,
    Shown,
    Size,
    made_appearances,
    made_names,
    shown_things,
)
from benchmarks.archive_rows import EPOCH, MADE_BY, SPACE, medium_row, run_row
from playbill.archive.packing import pack_text
from playbill.archive.tables import (
    appearances,
    clusters,
    faces,
    media,
    people,
    runs,
    tracks,
    words,
)
from playbill.archive.words import fold
from playbill.core.labels import COCO_80

FPS = 25
SECOND = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What to ask the archive for."""

    person_ids: tuple[str, ...]
    """From the most to the least frequent."""
    names: tuple[str, ...]
    media_ids: tuple[str, ...]
    unknown_cluster_id: str
    directions: NDArray[np.float32]
    """(people, d) the middle of each person's embeddings, of length 1."""
    tracks: int
    faces: int
    appearances: int


@dataclass(frozen=True, slots=True)
class _Ids:
    people: Sequence[str]
    clusters: Sequence[str]
    """One per person, and that of the unknown one."""
    media: Sequence[str]
    runs: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    """Embeddings: each person's lie around one direction."""

    directions: NDArray[np.float32]
    random: np.random.Generator

    def of(self, who: NDArray[np.int64]) -> NDArray[np.float16]:
        """(n, d) one for each row."""
        shape = (len(who), self.directions.shape[1])
        noise = self.random.standard_normal(shape) * 0.6 / shape[1] ** 0.5
        packed: NDArray[np.float16] = _unit(self.directions[who] + noise).astype("<f2")
        return packed


def make(tx: Connection, size: Size = Size()) -> Made:  # noqa: B008 - it is frozen
    """Fill an empty archive."""
    random = np.random.default_rng(size.seed)
    rows = made_appearances(size, random)
    names = made_names(size.people, random)
    ids = _Ids(
        [_id("person", number) for number in range(size.people)],
        [_id("cluster", number) for number in range(size.people + 1)],
        [_id("media", number) for number in range(size.videos)],
        [_id("run", number) for number in range(size.videos)],
    )
    _put_people(tx, ids, names)
    shown = shown_things(rows)
    _put_media(tx, ids.media, rows, shown, random)
    directions = _unit(random.standard_normal((size.people + 1, size.dimensions)))
    _put_seen(tx, rows, shown, ids, _Vectors(directions, random))
    return Made(
        tuple(ids.people),
        tuple(names),
        tuple(ids.media),
        ids.clusters[-1],
        directions[:-1],
        tracks=int((rows.who >= 0).sum()),
        faces=int((rows.who[shown.row] >= 0).sum()),
        appearances=len(rows),
    )


def _put_people(tx: Connection, ids: _Ids, names: Sequence[str]) -> None:
    made = {"created_at": EPOCH, "created_by": MADE_BY}
    pairs = list(zip(ids.people, names, strict=True))
    tx.execute(
        insert(people),
        [{"id": id_, "first_name": name, "name": name, **made} for id_, name in pairs],
    )
    known = [*ids.people, None]
    tx.execute(
        insert(clusters),
        [
            {"id": id_, "space": SPACE, "created_at": EPOCH, "person_id": person}
            for id_, person in zip(ids.clusters, known, strict=True)
        ],
    )
    tx.execute(insert(words), [one for id_, name in pairs for one in _words("person", id_, name)])


def _put_media(
    tx: Connection,
    media_ids: Sequence[str],
    rows: Seen,
    shown: Shown,
    random: np.random.Generator,
) -> None:
    ends = np.searchsorted(rows.video[shown.row], np.arange(len(media_ids) + 1))
    topics = ["news", "debate", "concert", "interview", "holiday", "archive", "match", "trial"]
    for number, media_id in enumerate(media_ids):
        topic = topics[random.integers(len(topics))]
        name = f"{topic}_{1950 + number % 70}-{number:05d}.mp4"
        some = slice(ends[number], ends[number + 1])
        document = _document(rows, shown.row[some], shown.step[some])
        run_id, added_at = _id("run", number), EPOCH + timedelta(minutes=number)
        medium = medium_row(media_id, run_id, name=name, frame_rate=str(FPS), added_at=added_at)
        kept = {"sample_every": STEP_S * FPS, "document": pack_text(document)}
        tx.execute(insert(media), medium)
        tx.execute(insert(runs), run_row(run_id, media_id, **kept))
        tx.execute(insert(words), _words("media", media_id, name))


def _document(rows: Seen, row: NDArray[np.int64], step: NDArray[np.int64]) -> str:
    """What search reads of a document: frames, things, boxes."""
    frames: dict[int, list[dict[str, Any]]] = {}
    for at, one in zip(step.tolist(), row.tolist(), strict=True):
        x, y, width, height = rows.boxes[one].tolist()
        class_id = int(rows.class_id[one])
        entry = {
            "ObjectID": class_id,
            "Bb": {"x": x, "y": y, "width": width, "height": height},
            "kind": "object" if class_id else "person",
            "label": COCO_80[class_id],
            "score": float(rows.score[one]),
        }
        frames.setdefault(at, []).append(entry)
    listed = [
        {"frameIdx": at * STEP_S * FPS, "time": float(at * STEP_S), "objects": things}
        for at, things in frames.items()
    ]
    return json.dumps({"schema": "playbill/1", "frames": listed, "appearances": []})


def _put_seen(tx: Connection, rows: Seen, shown: Shown, ids: _Ids, vectors: _Vectors) -> None:
    run_ids, media_ids, cluster_ids = ids.runs, ids.media, ids.clusters
    people_now = [*ids.people, None]
    columns = zip(
        rows.video.tolist(),
        rows.who.tolist(),
        rows.class_id.tolist(),
        rows.first.tolist(),
        rows.steps.tolist(),
        rows.score.tolist(),
        strict=True,
    )
    is_face = rows.who >= 0
    track_of = np.where(is_face, np.cumsum(is_face), 0)
    seen = []
    for number, (video, who, class_id, first, steps, score) in enumerate(columns):
        place = (run_ids[video], media_ids[video])
        span = (first * STEP_S * SECOND, (first + steps) * STEP_S * SECOND)
        frame = (first * STEP_S * FPS, (first + steps - 1) * STEP_S * FPS)
        face = (int(track_of[number]), people_now[who], cluster_ids[who]) if who >= 0 else _NOBODY
        verified = who >= 0 and who % 3 == 0
        kind = "person" if who >= 0 else "object"
        seen.append((*place, kind, class_id, 0, *span, *frame, steps, score, *face, verified, True))
    _load(tx, appearances, _SEEN, seen)
    kept = (_track(some, vectors) for some in _batches(seen, rows.who))
    _load(tx, tracks, _TRACK, (row for some in kept for row in some))
    _load(tx, faces, _FACE, _faces(rows, shown, track_of, run_ids, media_ids))
    if tx.dialect.name == "postgresql":
        last = "SELECT setval(pg_get_serial_sequence('tracks', 'id'), (SELECT max(id) FROM tracks))"
        tx.execute(text(last))


_NOBODY = (None, None, None)
_SEEN = (
    "run_id media_id kind class_id shot start_us end_us first_frame last_frame frames score "
    "track_id person_id cluster_id verified current"
)
_TRACK = (
    "id run_id media_id shot start_us end_us faces space embedding machine_cluster_id cluster_id "
    "machine_person_id machine_score person_id verified"
)
_FACE = (
    "run_id media_id machine_track_id track_id frame_index time_us thing left top right bottom "
    "score crop"
)


def _batches(
    seen: Sequence[tuple[Any, ...]], who: NDArray[np.int64]
) -> Iterable[list[tuple[int, tuple[Any, ...]]]]:
    rest = ((int(one), row) for one, row in zip(who, seen, strict=True) if one >= 0)
    while some := list(islice(rest, 5_000)):
        yield some


def _track(
    batch: Sequence[tuple[int, tuple[Any, ...]]], vectors: _Vectors
) -> list[tuple[Any, ...]]:
    packed = vectors.of(np.array([one for one, _ in batch]))
    rows = []
    for vector, (one, row) in zip(packed, batch, strict=True):
        run_id, media_id, _, _, shot, start, end, _, _, n, score, track, person, cluster, ok, _ = (
            row
        )
        machine = person if one % 2 else None
        place = (track, run_id, media_id, shot, start, end, n)
        matched = (machine, score if machine else None)
        rows.append((*place, SPACE, vector.tobytes(), cluster, cluster, *matched, person, ok))
    return rows


def _faces(
    rows: Seen,
    shown: Shown,
    track_of: NDArray[np.int64],
    run_ids: Sequence[str],
    media_ids: Sequence[str],
) -> Iterable[tuple[Any, ...]]:
    keep = rows.who[shown.row] >= 0
    row, step, thing = shown.row[keep], shown.step[keep], shown.thing[keep]
    boxes = rows.boxes[row]
    columns = zip(
        rows.video[row].tolist(),
        track_of[row].tolist(),
        step.tolist(),
        thing.tolist(),
        boxes.tolist(),
        rows.score[row].tolist(),
        strict=True,
    )
    for video, track, at, number, (x, y, width, height), score in columns:
        place = (run_ids[video], media_ids[video], track, track)
        when = (at * STEP_S * FPS, at * STEP_S * SECOND)
        box = (float(x), float(y), float(x + width), float(y + height / 3))
        crop = f"crops/{track % 256:02x}/{track}-{at}.jpg"
        yield (*place, *when, number, *box, score, crop)


def _load(tx: Connection, table: Table, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert many rows the quickest way that the data base has."""
    names = ", ".join(f'"{name}"' for name in columns.split())
    driver = cast(Any, tx.connection.driver_connection)
    if tx.dialect.name == "sqlite":
        places = ", ".join("?" for _ in columns.split())
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _words(kind: str, subject_id: str, name: str) -> list[dict[str, str]]:
    return [{"word": word, "kind": kind, "subject_id": subject_id} for word in fold(name)]


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit


def _id(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"made {kind} {number}"))
