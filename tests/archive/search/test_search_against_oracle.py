"""Search finds what brute force finds, in its order, on both data bases, page by page."""

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from playbill.archive.database import Database
from playbill.archive.search import Moment, Query, search
from playbill.archive.tables import appearances, clusters, faces, media, people, runs, tracks, words
from tests.archive.search.oracle import Answer, Asked, brute_force
from tests.support.scenes import (
    SECOND,
    Scene,
    Spell,
    person_id,
    put_clusters,
    put_people,
    put_scene,
)

PEOPLE = ("Ada Byron", "Alan Žižek", "Hedy", "Hidden One")
CLUSTERS = ("group-a", "group-b", "group-hidden")
TICKS = 8

place = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3), st.integers(1, 3)).map(
    lambda p: (p[0] * 10, p[1] * 10, (p[0] + p[2]) * 10, (p[1] + p[3]) * 10)
)
"""Boxes on a coarse grid, so that gaps and heights tie."""


@st.composite
def spells(draw: st.DrawFn) -> Spell:
    first = draw(st.integers(0, TICKS - 1))
    class_id = draw(st.sampled_from([0, 0, 0, 2, 16]))
    is_face = class_id == 0 and draw(st.sampled_from([True, True, True, False]))
    return Spell(
        first,
        draw(st.integers(first + 1, TICKS)),
        class_id,
        draw(st.sampled_from([None, *PEOPLE])) if is_face else None,
        draw(st.sampled_from([None, *CLUSTERS])) if is_face else None,
        is_face,
        draw(st.sampled_from([0.25, 0.5, 0.75])),
        is_face and draw(st.booleans()),
        draw(place),
    )


@st.composite
def archives(draw: st.DrawFn) -> list[Scene]:
    scenes = []
    for number in range(draw(st.integers(1, 4))):
        picture = draw(st.sampled_from([False, False, False, True]))
        some = draw(st.lists(spells(), max_size=8))
        if picture:
            some = [replace(one, first=0, end=1) for one in some]
        scenes.append(
            Scene(
                f"m{number}",
                some,
                draw(st.sampled_from(["ada plays", "film alan", "untitled"])),
                draw(st.integers(0, 2)),
                picture,
                draw(st.sampled_from([False, False, False, False, True])),
                draw(st.lists(spells(), max_size=2)),
            )
        )
    return scenes


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    who = draw(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))
    groups = draw(st.lists(st.sampled_from(CLUSTERS), max_size=1))
    classes = draw(st.lists(st.sampled_from([0, 2, 16]), max_size=2, unique=True))
    subjects = len(who) + len(groups) + len(classes)
    together = draw(st.sampled_from([True, True, False]))
    span = draw(st.one_of(st.none(), st.tuples(st.integers(0, 3), st.integers(4, TICKS))))
    return Asked(
        tuple(who),
        tuple(groups),
        tuple(classes),
        together,
        bool(who or groups) and subjects > 1 and together and draw(st.booleans()),
        draw(st.sampled_from([0, 0, 1, 2, 3])),
        draw(st.sampled_from([(), (), (), ("m0",)])),
        span[0] if span else None,
        span[1] if span else None,
        min_score=draw(st.sampled_from([None, None, 0.5, 0.75])),
        verified=draw(st.sampled_from([None, None, True, False])),
        text=draw(st.sampled_from(["", "", "", "ada", "al pla", "ziz", "film"])),
    )


def query_of(asked: Asked, limit: int, cursor: str | None = None) -> Query:
    return Query(
        person_ids=tuple(map(person_id, asked.people)),
        cluster_ids=asked.clusters,
        object_classes=asked.classes,
        together=asked.together,
        near=asked.near,
        min_seconds=float(asked.min_ticks),
        media_ids=asked.media,
        from_s=asked.from_tick,
        to_s=asked.to_tick,
        added_from=asked.added_from,
        added_to=asked.added_to,
        min_score=asked.min_score,
        verified=asked.verified,
        text=asked.text,
        limit=limit,
        cursor=cursor,
    )


def written(database: Database, scenes: list[Scene]) -> None:
    def work(tx):  # type: ignore[no-untyped-def]
        for table in (faces, appearances, tracks, runs, media, people, clusters, words):
            tx.execute(delete(table))
        put_people(tx, *PEOPLE, hidden=["Hidden One"])
        put_clusters(tx, *CLUSTERS, hidden=["group-hidden"])
        for scene in scenes:
            put_scene(tx, scene)

    database.write(work)


def all_pages(database: Database, asked: Asked, limit: int) -> list[Moment]:
    found: list[Moment] = []
    cursor = None
    while True:
        query = query_of(asked, limit, cursor)
        page = database.read(lambda tx: search(tx, query))  # noqa: B023
        assert len(page.items) <= limit
        assert page.next is None or len(page.items) == limit
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def where(moment: Moment) -> tuple[str, int, int]:
    end = 1 if moment.media.kind == "image" else moment.end_us // SECOND
    return (moment.media.id, moment.start_us // SECOND, end)


def expected(scenes: list[Scene], asked: Asked) -> list[Answer]:
    return brute_force(scenes, asked, {"Hidden One"}, {"group-hidden"})


RULES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@RULES
@given(scenes=archives(), asked=questions(), limit=st.sampled_from([1, 2, 50]))
@example(
    scenes=[Scene("m0", [Spell(0, 2, person="Hedy"), Spell(2, 4, person="Hedy"), Spell(1, 3, 2)])],
    asked=Asked(people=("Hedy",), classes=(2,), min_ticks=2),
    limit=1,
)
@example(
    scenes=[
        Scene(
            "m0",
            [
                Spell(0, 3, person="Hedy"),
                Spell(5, 7, person="Hedy"),
                Spell(2, 5, 2),
                Spell(6, 8, 2),
            ],
        )
    ],
    asked=Asked(people=("Hedy",), classes=(2,)),
    limit=50,
)
@example(
    scenes=[Scene("m0", [Spell(0, 3, person="Hidden One"), Spell(2, 5, cluster="group-hidden")])],
    asked=Asked(),
    limit=50,
)
@example(
    scenes=[Scene("m0", [Spell(0, 3, person="Ada Byron")], name="ada byron hedy alan film")],
    asked=Asked(text="a b h al fi"),
    limit=50,
)
def test_search_finds_what_brute_force_finds(
    database: Database, scenes: list[Scene], asked: Asked, limit: int
) -> None:
    written(database, scenes)

    found = [where(moment) for moment in all_pages(database, asked, limit)]

    answers = [answer[:3] for answer in expected(scenes, asked)]
    if asked.together and (asked.people or asked.clusters or asked.classes):
        assert found == answers
    else:
        assert sorted(found) == sorted(answers)
        assert [one[:2] for one in found] == [one[:2] for one in answers]


@RULES
@given(scenes=archives(), limit=st.integers(1, 3), later=archives())
def test_every_result_comes_once_even_while_media_are_added(
    database: Database, scenes: list[Scene], limit: int, later: list[Scene]
) -> None:
    written(database, scenes)
    whole = [(where(one), one.subjects) for one in all_pages(database, Asked(), 1000)]
    new = [replace(one, id=f"new{i}", added=9 + i) for i, one in enumerate(later)]
    seen: list[Moment] = []
    cursor = None
    while True:
        query = query_of(Asked(), limit, cursor)
        page = database.read(lambda tx: search(tx, query))  # noqa: B023
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
        if new:
            scene = new.pop(0)
            database.write(lambda tx: put_scene(tx, scene))  # noqa: B023

    assert [(where(one), one.subjects) for one in seen] == whole
