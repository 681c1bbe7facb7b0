"""Media are known by their bytes, and listed in pages."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from playbill.archive import audit
from playbill.archive.database import Database
from playbill.archive.media import (
    MediaCounts,
    MediaRow,
    add_media,
    count_media,
    counts_of,
    get_media,
    list_media,
    move_media,
)
from playbill.archive.paging import cursor_of, key_of
from playbill.archive.tables import audit as audit_table
from playbill.archive.tables import media as media_table
from playbill.core.media import MediaInfo
from playbill.core.people import Match
from playbill.errors import ArchiveError, NotInArchive
from tests.support.analyses import ADA
from tests.support.sightings import Actor, Prop, keep, named, sightings, still, video


def add(tx: Connection, *names: str) -> None:
    for name in names:
        add_media(tx, video(name), bytes_=10, place=f"/films/{name}", who="user:ada")


def test_a_medium_comes_back_as_it_was(database: Database) -> None:
    film = replace(video("news.mp4"), rotation=90, duration_s=Fraction("61.4"))

    assert database.write(
        lambda tx: add_media(tx, film, bytes_=5_000_000_000, place="/a/b.mp4", who="user:ada")
    )

    row = database.read(lambda tx: get_media(tx, film.id))
    assert row.info == film
    assert (row.bytes_, row.place, row.added_by) == (5_000_000_000, "/a/b.mp4", "user:ada")
    assert (row.run_id, row.hidden, row.version) == (None, False, 1)


def test_a_medium_keeps_the_time_code_that_it_begins_with(database: Database) -> None:
    film, other = replace(video("news.mxf"), start_timecode="10:00:00;00"), video("other.mp4")
    database.write(lambda tx: add_media(tx, film, bytes_=9, place=None, who="user:ada"))
    database.write(lambda tx: add_media(tx, other, bytes_=9, place=None, who="user:ada"))

    rows = database.read(lambda tx: [get_media(tx, info.id) for info in (film, other)])
    assert [row.info.start_timecode for row in rows] == ["10:00:00;00", None]


def test_a_picture_has_no_times(database: Database) -> None:
    seen = still(Actor(range(1)))
    database.write(lambda tx: keep(tx, seen))

    row = database.read(lambda tx: get_media(tx, seen.analysis.media.id))
    assert row.info == seen.analysis.media


def test_the_same_bytes_are_known_under_any_name(database: Database) -> None:
    film = video("news.mp4")
    database.write(lambda tx: add(tx, "news.mp4"))

    copy = replace(film, name="copy.mp4")
    assert not database.write(
        lambda tx: add_media(tx, copy, bytes_=10, place="/copy.mp4", who="user:eve")
    )
    row = database.read(lambda tx: get_media(tx, film.id))
    assert (row.info.name, row.added_by) == ("news.mp4", "user:ada")
    assert database.read(count_media) == 1


def test_a_medium_that_is_not_there_is_refused(database: Database) -> None:
    for strange in ("nothing", "", "a\0b", "'; DROP TABLE media; --", "\ud800"):
        with pytest.raises(NotInArchive, match="there is no such medium"):
            database.read(lambda tx, strange=strange: get_media(tx, strange))  # type: ignore[misc]


@pytest.mark.parametrize("name", ["bad\udc80name.mp4", "nul\0.mp4"])
def test_a_name_that_is_no_text_is_refused(database: Database, name: str) -> None:
    film = replace(video(), name=name)

    with pytest.raises(ArchiveError, match="a medium's name must be Unicode text"):
        database.write(lambda tx: add_media(tx, film, bytes_=1, place=None, who="user:ada"))


def test_a_file_that_was_moved_is_found_where_it_lies_now(database: Database) -> None:
    database.write(lambda tx: add(tx, "news.mp4"))
    film = video("news.mp4")

    database.write(lambda tx: move_media(tx, film.id, "/new/news.mp4", who="user:ada"))

    row = database.read(lambda tx: get_media(tx, film.id))
    assert (row.place, row.version) == ("/new/news.mp4", 2)


def test_changes_are_in_the_audit_log(database: Database) -> None:
    database.write(lambda tx: add(tx, "news.mp4"))
    film = video("news.mp4")
    database.write(lambda tx: move_media(tx, film.id, "/b.mp4", who="user:eve"))

    said = select(audit_table.c.who, audit_table.c.action, audit_table.c.subject)
    assert database.read(lambda tx: tx.execute(said.order_by(audit_table.c.seq)).all()) == [
        ("user:ada", "media.add", f"media:{film.id}"),
        ("user:eve", "media.move", f"media:{film.id}"),
    ]
    assert database.read(audit.first_broken) is None


def test_pages_show_every_medium_once_whatever_is_added_meanwhile(database: Database) -> None:
    database.write(lambda tx: add(tx, *(f"{n}.mp4" for n in range(7))))
    database.write(  # all added in the same moment
        lambda tx: tx.execute(
            media_table.update().values(
                added_at=select(media_table.c.added_at).limit(1).scalar_subquery()
            )
        )
    )
    first = database.read(lambda tx: list_media(tx, limit=3))
    database.write(lambda tx: add(tx, "late.mp4"))

    rest: list[MediaRow] = []
    cursor = first.next
    while cursor:
        page = database.read(lambda tx, cursor=cursor: list_media(tx, after=cursor, limit=3))  # type: ignore[misc]
        rest += page.items
        cursor = page.next
    names = [row.info.name for row in (*first.items, *rest)]
    assert sorted(names) == [f"{n}.mp4" for n in range(7)]


def test_a_list_is_narrowed_by_kind_and_by_words(database: Database) -> None:
    database.write(lambda tx: add(tx, "evening_news.mp4", "morning_news.mp4"))
    database.write(lambda tx: keep(tx, still(Actor(range(1)), name="news.jpg")))

    def names(**wanted: str) -> list[str]:
        page = database.read(lambda tx: list_media(tx, **wanted))  # type: ignore[arg-type]
        return sorted(row.info.name for row in page.items)

    assert names(kind="image") == ["news.jpg"]
    assert names(text="EVEN news") == ["evening_news.mp4"]
    assert names(text="news", kind="video") == ["evening_news.mp4", "morning_news.mp4"]
    assert names(text="nobody") == []


def test_hidden_media_are_listed_on_demand(database: Database) -> None:
    database.write(lambda tx: add(tx, "news.mp4"))
    database.write(lambda tx: tx.execute(media_table.update().values(hidden=True)))

    assert database.read(list_media).items == ()
    assert len(database.read(lambda tx: list_media(tx, hidden=True)).items) == 1


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_of_no_length_is_refused(database: Database, limit: int) -> None:
    with pytest.raises(ArchiveError, match="expected 1 to 1000 rows"):
        database.read(lambda tx: list_media(tx, limit=limit))


STRANGE = ["", "x", "é", "[" * 100_000, cursor_of("no date", "1"), cursor_of("2026-01-01", "1")]
STRANGE += [cursor_of("0001-01-01T00:00:00+10:00", "1"), cursor_of("2026-01-01T00:00:00Z", "nul\0")]


@pytest.mark.parametrize("cursor", [*STRANGE, cursor_of(1), cursor_of("a", "b", "c"), "a b"])
def test_a_cursor_that_no_page_gave_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(ArchiveError, match="expected one that the page before gave"):
        database.read(lambda tx: list_media(tx, after=cursor))


@given(text=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_cursor_breaks_a_list(text: str) -> None:
    try:
        key = key_of(text, str, str)
    except ArchiveError:
        return
    assert len(key) == 2


def test_what_is_known_of_media_is_counted(database: Database) -> None:
    ada, somebody = Actor(range(3), match=named(ADA)), Actor(range(3, 5), match=Match(None, 0.1))
    seen = sightings(ada, somebody, Prop("tv", range(9)), Prop("tv", range(9)), media=video("a"))
    first = database.write(lambda tx: keep(tx, seen))
    database.write(lambda tx: add(tx, "b"))
    other: MediaInfo = video("b")

    counts = database.read(lambda tx: counts_of(tx, [first, other.id]))

    assert counts == {first: MediaCounts(1, 1, 1, 1), other.id: MediaCounts(0, 0, 0, 0)}
