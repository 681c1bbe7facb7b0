"""What a search finds and says, on both data bases: one small archive, looked at from all sides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from playbill.archive.database import Database
from playbill.archive.paging import Page, cursor_of
from playbill.archive.search import Moment, Query, object_class, search
from playbill.archive.tables import faces, metadata, people, runs
from playbill.core.people import Person
from playbill.errors import ArchiveError, NotInArchive
from tests.conftest import MARKS
from tests.support.databases import KINDS, empty_url
from tests.support.rows import EPOCH
from tests.support.scenes import (
    SECOND,
    Scene,
    Spell,
    person_id,
    put_clusters,
    put_people,
    put_scene,
)

ADA, ALAN = person_id("Ada Lovelace"), person_id("Alan Turing")
CAR, DOG = object_class("car"), object_class("dog")
FAR = (500, 0, 510, 20)
NEWS = Scene(
    "news",
    [
        Spell(0, 4, person="Ada Lovelace", score=0.9, verified=True),
        Spell(4, 6, person="Ada Lovelace", score=0.6),
        Spell(3, 8, person="Alan Turing", place=(20, 0, 30, 20)),
        Spell(1, 5, CAR, place=(31, 0, 60, 20)),
        Spell(7, 9, CAR, place=FAR),
        Spell(9, 10, cluster="group"),
        Spell(9, 10, face=False),
    ],
    name="Evening_NEWS 1952.mp4",
    added=1,
)
PICTURE = Scene(
    "portrait",
    [Spell(0, 1, person="Ada Lovelace"), Spell(0, 1, DOG, place=FAR)],
    name="portrait of <b>Ada</b>.jpg",
    added=2,
    picture=True,
)


def filled(database: Database) -> Database:
    def work(tx):  # type: ignore[no-untyped-def]
        put_people(tx, "Ada Lovelace", "Alan Turing", "Hedy Lamarr")
        put_clusters(tx, "group")
        put_scene(tx, NEWS)
        put_scene(tx, PICTURE)

    database.write(work)
    return database


@pytest.fixture(scope="module", params=[pytest.param(kind, marks=MARKS[kind]) for kind in KINDS])
def archive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Shared by all tests that only look."""
    with empty_url(request.param, tmp_path_factory.mktemp("archive")) as url:
        opened = Database.open(url)
        opened.write(metadata.create_all)
        yield filled(opened)
        opened.close()


@pytest.fixture
def own(database: Database) -> Database:
    """For tests that change something."""
    return filled(database)


def asked(archive: Database, query: Query) -> Page[Moment]:
    return archive.read(lambda tx: search(tx, query))


def spans(archive: Database, query: Query) -> list[tuple[str, float, float]]:
    return [
        (one.media.id, one.start_us / SECOND, one.end_us / SECOND)
        for one in asked(archive, query).items
        if one.media.kind == "video"
    ]


def test_appearances_that_touch_are_one_moment(archive: Database) -> None:
    assert spans(archive, Query(person_ids=(ADA,))) == [("news", 0, 6)]


def test_two_people_are_found_where_both_are_seen(archive: Database) -> None:
    (moment,) = asked(archive, Query(person_ids=(ADA, ALAN))).items

    assert (moment.start_us, moment.end_us) == (3 * SECOND, 6 * SECOND)
    assert (moment.first_frame, moment.last_frame) == (75, 125)
    assert [one.person for one in moment.subjects] == [
        Person(ADA, "Ada Lovelace"),
        Person(ALAN, "Alan Turing"),
    ]


def test_moments_that_only_touch_do_not_meet(database: Database) -> None:
    def work(tx):  # type: ignore[no-untyped-def]
        put_people(tx, "Ada Lovelace")
        put_scene(tx, Scene("one", [Spell(0, 2, person="Ada Lovelace"), Spell(2, 4, CAR)]))

    database.write(work)

    assert spans(database, Query(person_ids=(ADA,), object_classes=(CAR,))) == []


def test_a_moment_has_the_mean_score_of_its_frames_and_is_verified_as_a_whole(
    archive: Database,
) -> None:
    (seen,) = asked(archive, Query(person_ids=(ADA,), media_ids=("news",))).items[0].subjects
    (early,) = asked(archive, Query(person_ids=(ADA,), min_score=0.8)).items

    assert seen.score == pytest.approx((4 * 0.9 + 2 * 0.6) / 6)
    assert not seen.verified
    assert early.verified
    assert early.score == pytest.approx(0.9)


def test_the_length_of_a_moment_counts_after_the_overlap(archive: Database) -> None:
    both = (ADA, ALAN)

    assert spans(archive, Query(person_ids=both, min_seconds=3)) == [("news", 3, 6)]
    assert spans(archive, Query(person_ids=both, min_seconds=3.000001)) == []


def test_a_picture_has_no_length(archive: Database) -> None:
    query = Query(person_ids=(ADA,), media_ids=("portrait",))

    assert [one.media.kind for one in asked(archive, query).items] == ["image"]
    longer = Query(person_ids=(ADA,), media_ids=("portrait",), min_seconds=1e-6)
    assert asked(archive, longer).items == ()


def test_near_means_at_most_the_persons_height_apart(archive: Database) -> None:
    assert spans(archive, Query(person_ids=(ALAN,), object_classes=(CAR,))) == [
        ("news", 3, 5),
        ("news", 7, 8),
    ]
    near = Query(person_ids=(ALAN,), object_classes=(CAR,), near=True)
    assert spans(archive, near) == [("news", 3, 5)]
    dog = Query(person_ids=(ADA,), object_classes=(DOG,), near=True)
    assert asked(archive, dog).items == ()


@pytest.mark.parametrize(("gap", "found"), [(20, True), (21, False)])
def test_a_gap_of_exactly_the_height_is_near(database: Database, gap: int, found: bool) -> None:
    def work(tx):  # type: ignore[no-untyped-def]
        put_people(tx, "Ada Lovelace")
        car = Spell(0, 1, CAR, place=(10 + gap, 0, 60 + gap, 20))
        put_scene(tx, Scene("one", [Spell(0, 1, person="Ada Lovelace"), car]))

    database.write(work)

    query = Query(person_ids=(ADA,), object_classes=(CAR,), near=True)
    assert bool(asked(database, query).items) == found


def test_somebody_else_is_anybody_but_the_person(archive: Database) -> None:
    others = Query(person_ids=(ADA,), object_classes=(0,))

    assert spans(archive, others) == [("news", 3, 6)]


def test_only_what_is_verified_or_only_what_the_machine_says(archive: Database) -> None:
    assert spans(archive, Query(person_ids=(ADA,), verified=True)) == [("news", 0, 4)]
    assert spans(archive, Query(person_ids=(ADA,), verified=False)) == [("news", 4, 6)]
    with_car = Query(person_ids=(ADA,), object_classes=(CAR,), verified=True)
    assert spans(archive, with_car) == [("news", 1, 4)]


def test_a_group_without_a_name_is_found(archive: Database) -> None:
    (moment,) = asked(archive, Query(cluster_ids=("group",))).items

    (seen,) = moment.subjects
    assert (seen.person, seen.cluster_id) == (None, "group")
    assert (moment.start_us, moment.end_us) == (9 * SECOND, 10 * SECOND)


def test_without_subjects_everybody_and_everything_is_found_by_itself(archive: Database) -> None:
    found = [
        (one.subjects[0].person.name if one.subjects[0].person else one.subjects[0].label)
        for one in asked(archive, Query(media_ids=("news",))).items
    ]

    assert found == ["Ada Lovelace", "car", "Alan Turing", "car", "person", "person"]


def test_the_newest_medium_comes_first(archive: Database) -> None:
    found = [one.media.id for one in asked(archive, Query(person_ids=(ADA,))).items]

    assert found == ["portrait", "news"]


def test_media_by_the_day_they_were_added(archive: Database) -> None:
    second = EPOCH + timedelta(days=2)

    late = asked(archive, Query(person_ids=(ADA,), added_from=second)).items
    early = asked(archive, Query(person_ids=(ADA,), added_to=second)).items
    assert [one.media.id for one in late] == ["portrait"]
    assert [one.media.id for one in early] == ["news"]


def test_a_stretch_of_time_keeps_moments_that_lie_partly_in_it(archive: Database) -> None:
    car = (CAR,)

    assert spans(archive, Query(object_classes=car, from_s=5)) == [("news", 7, 9)]
    assert spans(archive, Query(object_classes=car, from_s=4.9)) == [("news", 1, 5), ("news", 7, 9)]
    assert spans(archive, Query(object_classes=car, to_s=7)) == [("news", 1, 5)]


def test_the_thumbnail_of_a_face_is_its_best_crop(archive: Database) -> None:
    (seen,) = asked(archive, Query(person_ids=(ALAN,))).items[0].subjects

    assert seen.thumbnail.crop == f"crops/{seen.track_ids[0]}-7.jpg"
    assert seen.thumbnail.frame_index == 7 * 25


def test_an_erased_crop_leaves_the_frame_and_the_box(own: Database) -> None:
    own.write(lambda tx: tx.execute(update(faces).values(crop=None)))

    (seen,) = asked(own, Query(person_ids=(ALAN,))).items[0].subjects

    assert seen.thumbnail.crop is None
    assert seen.thumbnail.box_xyxy == (20, 0, 30, 10)


def test_the_thumbnail_of_an_object_is_a_place_in_a_frame(archive: Database) -> None:
    query = Query(person_ids=(ALAN,), object_classes=(CAR,), media_ids=("news",))
    plain = asked(archive, query).items[1].subjects[1].thumbnail
    with_box = Query(person_ids=(ALAN,), object_classes=(CAR,), media_ids=("news",), boxes=True)
    boxed = asked(archive, with_box).items[1].subjects[1].thumbnail

    assert (plain.crop, plain.frame_index, plain.box_xyxy) == (None, 175, None)
    assert (boxed.frame_index, boxed.box_xyxy) == (175, FAR)


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("lovelace", {"portrait", "news"}),
        ("EVENING", {"news"}),
        ("ada news", {"news"}),
        ("turing portrait", set()),
        ("hedy", set()),
        ("nobody", set()),
        ("<b>ada</b>", {"portrait"}),
        ("' OR 1=1 --", set()),
        ("a%", {"portrait", "news"}),
        ("_ews", set()),
        ("1952'; DROP TABLE people; --", set()),
    ],
)
def test_words_are_looked_for_in_names_of_people_and_files(
    archive: Database, text: str, media: set[str]
) -> None:
    query = Query(text=text)

    assert {one.media.id for one in asked(archive, query).items} == media
    assert asked(archive, Query(person_ids=(ADA,))).items


@pytest.mark.parametrize("text", ["%", "<>", "'\"--", "\0"])
def test_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError, match="letters or digits"):
        Query(text=text)


def test_a_merged_person_is_found_by_the_old_id_and_the_old_name(own: Database) -> None:
    def merge(tx):  # type: ignore[no-untyped-def]
        put_people(tx, "Countess King")
        old = people.c.id == person_id("Countess King")
        tx.execute(update(people).where(old).values(merged_into=ADA))

    own.write(merge)

    by_id = spans(own, Query(person_ids=(person_id("Countess King"),)))
    assert by_id == [("news", 0, 6)]
    assert spans(own, Query(text="countess lovelace")) == [("news", 0, 6)]
    assert spans(own, Query(text="countess turing")) == []


def test_a_name_of_html_and_sql_comes_back_as_it_is(database: Database) -> None:
    name = "<script>alert(1)</script>'; DROP TABLE media; --"

    def work(tx):  # type: ignore[no-untyped-def]
        put_people(tx, name)
        put_scene(tx, Scene("one", [Spell(0, 1, person=name)]))

    database.write(work)

    (moment,) = asked(database, Query(text="<script>alert")).items
    assert moment.subjects[0].person == Person(person_id(name), name)


def test_who_or_what_is_not_there_is_said(archive: Database) -> None:
    for query in (
        Query(person_ids=("nobody",)),
        Query(cluster_ids=("none",)),
        Query(media_ids=("news", "nothing")),
    ):
        with pytest.raises(NotInArchive, match="there is no such"):
            asked(archive, query)


def test_the_forgotten_are_not_there(own: Database) -> None:
    gone = {"name": "", "forgotten_at": datetime.now(UTC)}
    own.write(lambda tx: tx.execute(update(people).where(people.c.id == ADA).values(gone)))

    with pytest.raises(NotInArchive):
        asked(own, Query(person_ids=(ADA,)))
    assert all(one.subjects[0].person is None for one in asked(own, Query()).items[:1])


def test_a_cursor_of_another_search_is_refused(archive: Database) -> None:
    first = asked(archive, Query(limit=1))
    assert first.next is not None

    with pytest.raises(ArchiveError, match="of another search"):
        asked(archive, Query(person_ids=(ADA,), cursor=first.next))
    with pytest.raises(ArchiveError, match="one that the page before gave"):
        asked(archive, Query(cursor="not a cursor"))
    with pytest.raises(ArchiveError, match="one that the page before gave"):
        asked(archive, Query(cursor=cursor_of("somewhere", 1)))


@pytest.mark.parametrize(
    ("added_at", "media_id"),
    [("never", "news"), ("0001-01-01T00:00:00+14:00", "news"), ("2020-01-01", "\0")],
)
def test_a_forged_cursor_is_refused(archive: Database, added_at: str, media_id: str) -> None:
    forged = cursor_of(Query().fingerprint(), added_at, media_id, 10**40, 0, "")

    with pytest.raises(ArchiveError, match="expected"):
        asked(archive, Query(cursor=forged))


def test_a_page_may_be_of_another_length_than_the_one_before(archive: Database) -> None:
    first = asked(archive, Query(limit=2))
    rest = asked(archive, Query(limit=100, cursor=first.next))

    assert [*first.items, *rest.items] == list(asked(archive, Query()).items)


def test_a_damaged_document_is_said_where_it_is_needed(own: Database) -> None:
    own.write(lambda tx: tx.execute(update(runs).values(document=b"nonsense")))

    assert asked(own, Query(person_ids=(ALAN,), object_classes=(CAR,))).items
    with pytest.raises(ArchiveError, match="damaged"):
        asked(own, Query(person_ids=(ALAN,), object_classes=(CAR,), near=True))


@pytest.mark.parametrize(
    ("asked_for", "sentence"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 10_000}, "limit"),
        ({"min_seconds": -1}, "min_seconds"),
        ({"min_seconds": float("nan")}, "min_seconds"),
        ({"min_score": 7}, "min_score"),
        ({"min_score": float("nan")}, "min_score"),
        ({"from_s": 5, "to_s": 5}, "expected a time before"),
        ({"from_s": float("inf")}, "from"),
        ({"to_s": -1}, "to: expected"),
        ({"object_classes": (80,)}, "object class 80"),
        ({"object_classes": (-1,)}, "object class -1"),
        ({"object_classes": (1, 1)}, "more than once"),
        ({"person_ids": ("a", "a")}, "more than once"),
        ({"person_ids": ("\0",)}, "id of a person"),
        ({"person_ids": ("x" * 37,)}, "id of a person"),
        ({"cluster_ids": ("' OR 1=1",)}, "id of a group"),
        ({"media_ids": ("",)}, "id of a medium"),
        ({"object_classes": tuple(range(17))}, "at most 16"),
        ({"text": "a " * 400}, "at most 16 words"),
        ({"text": " ".join(f"w{i}" for i in range(17))}, "at most 16 words"),
        ({"added_from": datetime(2020, 1, 1)}, "time zone"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked_for: dict[str, object], sentence: str) -> None:
    with pytest.raises(ArchiveError, match=sentence):
        Query(**asked_for)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query",
    [
        Query(near=True),
        Query(near=True, object_classes=(CAR, DOG)),
        Query(near=True, person_ids=(ADA,)),
        Query(near=True, person_ids=(ADA, ALAN), together=False),
    ],
)
def test_near_needs_a_person_and_somebody_or_something(archive: Database, query: Query) -> None:
    with pytest.raises(ArchiveError, match="near: expected a person"):
        asked(archive, query)


def test_an_object_is_called_by_its_label() -> None:
    assert object_class("Traffic Light") == 9
    with pytest.raises(ArchiveError, match=r"near it: .*bicycle"):
        object_class("bicycel")
    with pytest.raises(ArchiveError, match="expected one of COCO's 80"):
        object_class("%")


def test_media_that_are_not_analysed_yet_have_no_moments(own: Database) -> None:
    empty = Scene("waiting", [], added=9)
    own.write(lambda tx: put_scene(tx, empty))

    assert asked(own, Query(media_ids=("waiting",))).items == ()


def test_a_person_who_is_nowhere_has_no_moments(archive: Database) -> None:
    page = asked(archive, Query(person_ids=(person_id("Hedy Lamarr"),)))

    assert page == Page((), None)
