import pytest

from playbill.core.labels import COCO_80
from playbill.core.near_labels import MOST, SPOKEN, near_labels


def test_every_class_of_the_table_is_one() -> None:
    assert set(SPOKEN) <= set(COCO_80)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("sofa", "couch"),
        ("Fridge", "refrigerator"),
        ("phone", "cell phone"),
        ("bikes", "bicycle"),
        ("lamp", "traffic light"),
        ("motorcicle", "motorcycle"),
        ("plant", "potted plant"),
    ],
)
def test_what_people_say_leads_to_the_class(word: str, near: str) -> None:
    assert near in near_labels(word)


@pytest.mark.parametrize("word", ["xyzzy", "", "quantum"])
def test_what_is_near_nothing_has_no_hint(word: str) -> None:
    assert near_labels(word) == ()


def test_few_are_named() -> None:
    assert all(len(near_labels(word)) <= MOST for word in " ".join(SPOKEN.values()).split())
