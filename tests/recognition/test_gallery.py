import unicodedata

import numpy as np
import pytest

from playbill.core.embeddings import Embeddings
from playbill.core.people import Person
from playbill.errors import GalleryError
from playbill.recognition.gallery import Enrolment, Gallery
from tests.support.people import SPACE, digest, enrolled, pictures, points

ROWS = np.eye(4, dtype=np.float32)


def one(name: str, *rows: int) -> Enrolment:
    return Enrolment(name, points(ROWS[list(rows)]), [digest(f"{row}") for row in rows])


def names(gallery: Gallery) -> list[str]:
    return [person.name for person in gallery.people]


def test_people_and_pictures_stand_in_the_order_they_came() -> None:
    gallery = Gallery.empty(SPACE).add(one("Ada", 0, 1), one("Bob", 2))

    assert names(gallery) == ["Ada", "Bob"]
    assert gallery.person_of_row.tolist() == [0, 0, 1]
    assert gallery.sources == (digest("0"), digest("1"), digest("2"))
    np.testing.assert_array_equal(gallery.embeddings.vectors, ROWS[:3])


def test_adding_leaves_the_old_gallery_as_it_was() -> None:
    before = Gallery.empty(SPACE).add(one("Ada", 0))
    before.add(one("Bob", 1))

    assert names(before) == ["Ada"]
    assert len(before) == 1


def test_a_name_that_is_there_keeps_its_id_and_gets_more_pictures() -> None:
    before = Gallery.empty(SPACE).add(one("Ada", 0), one("Bob", 1))
    after = before.add(one("  Ada ", 2))

    assert after.people == before.people
    assert after.person_of_row.tolist() == [0, 1, 0]


def test_a_picture_is_enrolled_once_for_a_person() -> None:
    gallery = Gallery.empty(SPACE).add(one("Ada", 0, 1)).add(one("Ada", 1, 2), one("Bob", 1))

    assert gallery.person_of_row.tolist() == [0, 0, 0, 1]


def test_adding_a_person_does_not_change_the_ids_of_others() -> None:
    before = enrolled(*pictures(5, 2))
    after = before.add(one_in_16("Somebody else"))

    assert after.people[:5] == before.people
    assert len({person.id for person in after.people}) == 6


def one_in_16(name: str) -> Enrolment:
    return Enrolment(name, points(np.eye(1, 16, dtype=np.float32)), [digest("eye")])


def test_nothing_of_a_removed_person_is_left() -> None:
    gallery = Gallery.empty(SPACE).add(one("Ada", 0), one("Bob", 1, 2), one("Cy", 3))
    left = gallery.without(gallery.people[1])

    assert names(left) == ["Ada", "Cy"]
    assert left.person_of_row.tolist() == [0, 1]
    assert left.sources == (digest("0"), digest("3"))
    np.testing.assert_array_equal(left.embeddings.vectors, ROWS[[0, 3]])
    assert left.created == gallery.created


def test_removing_the_last_person_leaves_an_empty_gallery() -> None:
    gallery = Gallery.empty(SPACE).add(one("Ada", 0))

    assert gallery.without(gallery.people[0]).people == ()


def test_removing_somebody_who_is_not_there_is_refused() -> None:
    with pytest.raises(GalleryError, match="nobody in the gallery has the id"):
        Gallery.empty(SPACE).without(Person("1", "Ada"))


def test_embeddings_of_another_network_are_refused() -> None:
    other = Enrolment("Ada", Embeddings(ROWS[:1], "other@ba9876543210"), [digest("0")])

    with pytest.raises(GalleryError, match=r"by net@0123456789ab, found .* other@ba9876543210"):
        Gallery.empty(SPACE).add(other)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c", "🦊 Fox 👩‍🚀", "x" * 300, "Пётр", "李小龙", "'; DROP"]
)
def test_odd_names_are_kept_as_they_are(name: str) -> None:
    assert names(Gallery.empty(SPACE).add(one(name, 0))) == [name]


def test_one_name_written_in_two_ways_of_unicode_is_one_person() -> None:
    composed = "Mendès France"
    decomposed = unicodedata.normalize("NFD", composed)
    gallery = Gallery.empty(SPACE).add(one(composed, 0), one(decomposed, 1))

    assert decomposed != composed
    assert names(gallery) == [composed]


@pytest.mark.parametrize("rows", [[0, 0, 2], [0, -1, 1], [1, 1, 1]])
def test_everybody_must_have_a_picture_and_every_picture_somebody(rows: list[int]) -> None:
    people = (Person("a", "Ada"), Person("b", "Bob"))

    with pytest.raises(ValueError, match="must name each of 2 people"):
        Gallery(people, points(ROWS[:3]), np.array(rows), (digest("0"),) * 3)
