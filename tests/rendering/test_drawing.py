import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from playbill.core.labels import COCO_80, PERSON
from playbill.core.metadata import Thing
from playbill.core.people import Match, Person
from playbill.rendering.colours import INK, NAMED, UNNAMED, class_colour, hex_colour, thing_colour
from playbill.rendering.drawing import FramePainter, draw_frame, label_of
from playbill.rendering.text import ELLIPSIS, Lettering, one_line
from tests.support.analyses import ADA, person, thing

GREY = np.full((360, 640, 3), 128, np.uint8)


def changed(image: np.ndarray) -> np.ndarray:
    different: np.ndarray = (image != GREY).any(axis=2)
    return different


def has_colour(image: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((image == colour).all(axis=2).any())


def test_nothing_found_leaves_the_picture_as_it_was() -> None:
    assert not changed(draw_frame(GREY, [])).any()


def test_the_picture_that_was_given_is_not_touched() -> None:
    original = GREY.copy()
    draw_frame(original, [person(ADA)])
    assert (original == GREY).all()


def test_a_box_is_drawn_on_its_edge_and_nowhere_inside() -> None:
    drawn = changed(draw_frame(GREY, [thing("dog", (200, 100, 400, 300))]))

    assert drawn[100:300, 200].all()
    assert drawn[100:300, 399].all()
    assert drawn[299, 200:400].all()
    assert not drawn[110:290, 210:390].any()


def test_named_people_unnamed_people_and_objects_differ_in_colour() -> None:
    drawn = draw_frame(
        GREY,
        [
            person(ADA, (10, 60, 110, 340), (40, 70, 80, 120)),
            person(None, (250, 60, 350, 340), None),
            thing("dog", (450, 60, 600, 340)),
        ],
    )
    for left, colour in ((0, NAMED), (240, UNNAMED), (440, class_colour(COCO_80.index("dog")))):
        assert has_colour(drawn[:, left : left + 180], colour)
    assert not has_colour(drawn[:, 200:], NAMED)


def test_who_has_no_name_is_called_by_number() -> None:
    assert label_of(replace(person(None), unknown=3)) == ("unknown 3", 0.9)


def test_the_face_of_a_person_is_drawn_thinner_than_the_body() -> None:
    large = np.zeros((1080, 1920, 3), np.uint8)
    drawn = draw_frame(large, [person(ADA, (400, 200, 1200, 1000), (700, 400, 900, 700))])
    body = (drawn[600, 380:420] == NAMED).all(axis=1).sum()
    face = (drawn[600, 680:720] == NAMED).all(axis=1).sum()
    assert 0 < face < body


def test_every_colour_carries_dark_letters() -> None:
    def brightness(colour: tuple[int, int, int]) -> float:
        linear = [float((c / 255) ** 2.2) for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in [NAMED, UNNAMED, *map(class_colour, range(80))]:
        assert (brightness(colour) + 0.05) / (brightness(INK) + 0.05) >= 4.5


def test_no_class_comes_near_the_colour_of_named_people() -> None:
    for class_id in range(80):
        assert np.abs(np.subtract(class_colour(class_id), NAMED)).max() > 60


def test_neighbouring_classes_differ() -> None:
    for class_id in range(79):
        assert np.abs(np.subtract(class_colour(class_id), class_colour(class_id + 1))).max() > 60


def test_a_person_found_as_an_object_is_a_person_without_a_name() -> None:
    assert thing_colour(Thing("object", PERSON, "person", (0, 0, 1, 1), 0.5)) == UNNAMED


def test_colours_are_written_as_style_sheets_want_them() -> None:
    assert hex_colour((255, 194, 26)) == "#ffc21a"


@pytest.mark.parametrize(
    "box", [(0, 0, 640, 360), (-50, -50, 30, 30), (600, 340, 700, 500), (639, 359, 640, 360)]
)
def test_labels_stay_inside_the_picture(box: tuple[float, float, float, float]) -> None:
    named = person(ADA, box, None)
    drawn = draw_frame(GREY, [named])
    plate = (drawn == NAMED).all(axis=2)
    letters = (drawn == INK).all(axis=2)
    assert drawn.shape == GREY.shape
    assert plate.sum() > 500
    assert letters.any()


def test_labels_of_boxes_in_one_place_do_not_hide_each_other() -> None:
    box = (200.0, 100.0, 400.0, 300.0)
    alone = [
        (draw_frame(GREY, [it]) == thing_colour(it)).all(axis=2).sum()
        for it in (thing("dog", box), thing("cat", box))
    ]
    both = draw_frame(GREY, [thing("dog", box), thing("cat", box)])
    for label, by_itself in zip(("dog", "cat"), alone, strict=True):
        colour = thing_colour(thing(label, box))
        outline = 3 * 4 * 200
        assert (both == colour).all(axis=2).sum() >= by_itself - outline


@pytest.mark.parametrize("size_wh", [(1, 1), (7, 5), (40, 3000), (3000, 40), (7680, 4320)])
def test_any_size_of_picture_can_be_drawn_into(size_wh: tuple[int, int]) -> None:
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    box = (0.0, 0.0, float(size_wh[0]), float(size_wh[1]))
    assert draw_frame(image, [person(ADA, box, box), thing("dog", box)]).shape == image.shape


def test_a_painter_refuses_a_picture_of_another_size() -> None:
    with pytest.raises(ValueError, match=r"\(10, 10\)"):
        FramePainter((640, 360)).draw(np.zeros((10, 10, 3), np.uint8), [])


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Ångström",
        "Łódź",
        "陳美玲",
        "山田 太郎",
        "Дарья",
        "שלום",
        "محمد",
        "😀👩‍🚀",
        "नीता",
        "\ud800",
        "a\x00b",
        "a/b\\c",
        "x" * 300,
        "👍" * 300,
        "\u200b!",
    ],
)
def test_any_name_can_be_drawn(name: str) -> None:
    somebody = Thing(
        "person", PERSON, "person", (200, 100, 300, 300), 0.9, None, Match(Person("p", name), 0.9)
    )
    drawn = draw_frame(GREY, [somebody])
    assert has_colour(drawn, NAMED)


@pytest.mark.parametrize("letter", ["é", "Ł", "Ж", "Ω", "中", "の", "한", "א", "م"])
def test_letters_of_many_scripts_are_more_than_a_question_mark(letter: str) -> None:
    def written(text: str) -> np.ndarray:
        image = np.full((60, 60, 3), 255, np.uint8)
        Lettering(40).write(image, text, (5, 5), INK, 400)
        return image

    assert (written(letter) != written("?")).any()
    assert (written(letter) != 255).any()


def test_what_the_font_lacks_is_seen_to_be_missing() -> None:
    image, marked = np.full((2, 60, 60, 3), 255, np.uint8)
    Lettering(40).write(image, "😀", (5, 5), INK, 400)
    Lettering(40).write(marked, "?", (5, 5), INK, 400)
    assert (image == marked).all()


def test_long_text_is_cut_with_an_ellipsis_to_the_room_there_is() -> None:
    letters = Lettering(20)
    cut = letters.cut("x" * 300, 200, 400)
    assert cut.endswith(ELLIPSIS)
    assert letters.width(cut, 400) <= 200 < letters.width(f"x{cut}", 400)


def test_short_text_is_not_cut() -> None:
    assert Lettering(20).cut("Ada", 200, 400) == "Ada"


def test_letters_apart_from_their_accents_are_put_together() -> None:
    assert one_line(unicodedata.normalize("NFD", "Zoë Ångström")) == "Zoë Ångström"


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("", ""),
        ("Ada\n\tLovelace  ", "Ada Lovelace"),
        ("Ada\u200b\u202eLovelace", "AdaLovelace"),
        ("שלום", "םולש"),
        ("Ada שלום עולם B", "Ada םלוע םולש B"),
        ("שלום Ada", "Ada םולש"),
    ],
)
def test_text_becomes_one_line_in_the_order_in_which_it_is_seen(given: str, drawn: str) -> None:
    assert one_line(given) == drawn
