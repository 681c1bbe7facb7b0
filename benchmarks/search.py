"""Search among 100,000 appearances of 5,000 people in 1,000 videos, on both data bases."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import and_, select

from benchmarks.archive_databases import KINDS, empty_database, settle
from benchmarks.archive_made import Made, make
from benchmarks.archive_rows import SPACE
from benchmarks.rows import Row
from playbill.archive.database import Database
from playbill.archive.paging import Page
from playbill.archive.search import (
    DocumentBoxes,
    Examples,
    FaceIndex,
    Moment,
    Query,
    object_class,
    search,
    search_like,
)
from playbill.archive.tables import appearances
from playbill.core.embeddings import Embeddings

MUST_MS = 50.0
N = 200
"""Searches of each kind."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Kind:
    """Searches that are measured together."""

    what: str
    queries: Sequence[Query]
    must_ms: float | None = MUST_MS


def run() -> list[Row]:
    """A row for each kind of search and each data base."""
    return [row for kind in KINDS for row in _on(kind)]


def _on(database_kind: str) -> Iterator[Row]:
    with empty_database(database_kind) as database:
        started = time.monotonic()
        made = database.write(make)
        settle(database)
        size = (
            f"{made.appearances:,} appearances, {made.faces:,} faces, made in "
            f"{time.monotonic() - started:.0f} s"
        )
        for kind in _kinds(database, made):
            documents = DocumentBoxes()

            def ask(query: Query, documents: DocumentBoxes = documents) -> Page[Moment]:
                return database.read(lambda tx: search(tx, query, documents=documents))

            yield _row(database_kind, kind, _timed(ask, kind.queries), size)
        yield _by_example(database_kind, database, made, size)


def _kinds(database: Database, made: Made) -> list[Kind]:
    chance = random.Random(SEED)
    people = made.person_ids
    fame = [1 / (place + 10) ** 0.9 for place in range(len(people))]
    famous = chance.choices(people, fame, k=N)
    meeting = _pairs_that_meet(database)
    apart: list[tuple[str, str]] = []
    while len(apart) < N:
        a, b = sorted(chance.choices(people, fame, k=2))
        if a != b and (a, b) not in meeting:
            apart.append((a, b))
    pairs = chance.sample(sorted(meeting), N)
    car, dog = object_class("car"), object_class("dog")
    classes = [object_class(one) for one in ("car", "tie", "chair", "dog", "horse", "boat")]
    words = [word for name in chance.choices(made.names, k=N) for word in name.split()[:1]]
    return [
        Kind("A with B, pairs that meet", [Query(person_ids=pair) for pair in pairs]),
        Kind("A with B, pairs that do not", [Query(person_ids=pair) for pair in apart]),
        Kind(
            "A with B, the 20 most seen people, at least 5 s",
            [
                Query(person_ids=(a, b), min_seconds=5)
                for place, a in enumerate(people[:20])
                for b in people[:place]
            ],
        ),
        Kind("one person", [Query(person_ids=(one,)) for one in famous]),
        Kind("a class of objects", [Query(object_classes=(one,)) for one in classes * 20]),
        Kind(
            "A with a car, A with a dog",
            [Query(person_ids=(one,), object_classes=(c,)) for one in famous for c in (car, dog)],
        ),
        Kind("a word of a name", [Query(text=word) for word in words]),
        Kind(
            "two words, of a name and of a file",
            [Query(text=f"{word[:3]} news") for word in words],
        ),
        Kind(
            "A near a car",
            [Query(person_ids=(one,), object_classes=(car,), near=True) for one in famous[:60]],
            must_ms=None,
        ),
    ]


def _pairs_that_meet(database: Database) -> set[tuple[str, str]]:
    a, b = appearances.alias("a"), appearances.alias("b")
    at_once = and_(a.c.start_us < b.c.end_us, b.c.start_us < a.c.end_us)
    pairs = (
        select(a.c.person_id, b.c.person_id)
        .join(b, and_(a.c.media_id == b.c.media_id, at_once))
        .where(a.c.person_id < b.c.person_id)
        .distinct()
    )
    return {(one, other) for one, other in database.read(lambda tx: tx.execute(pairs).all())}


def _timed(ask: Callable[[Query], Page[Moment]], queries: Sequence[Query]) -> "_Times":
    ask(queries[0])
    times, found = [], []
    for query in queries:
        started = time.perf_counter()
        page = ask(query)
        times.append(1000 * (time.perf_counter() - started))
        found.append(len(page.items))
    return _Times(np.array(times), float(np.mean(found)))


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    ms: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    results: float
    """On the first page, the mean."""


def _row(database: str, kind: Kind, times: _Times, size: str) -> Row:
    p50, p95, p99 = np.percentile(times.ms, [50, 95, 99])
    return Row(
        f"search, {database}: {kind.what}",
        "-" if kind.must_ms is None else f"p95 <= {kind.must_ms:.0f} ms",
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms",
        met=bool(kind.must_ms is None or p95 <= kind.must_ms),
        note=f"{len(times.ms)} searches, first page of 50, {times.results:.1f} results; {size}",
    )


def _by_example(database_kind: str, database: Database, made: Made, size: str) -> Row:
    index = FaceIndex(SPACE)
    started = time.monotonic()
    database.read(index.refresh)
    loaded = time.monotonic() - started
    queries = [Query() for _ in range(60)]
    faces = iter(made.directions[:61])

    def ask(query: Query) -> Page[Moment]:
        examples = Examples(Embeddings(next(faces)[None], SPACE))
        return database.read(lambda tx: search_like(tx, query, examples, index))

    times = _timed(ask, queries)
    kind = Kind(f"by example face among {len(index):,} tracks", queries, must_ms=None)
    return _row(database_kind, kind, times, f"read into memory in {loaded:.1f} s; {size}")
