"""Pairs in folds: drawn, and read from a list in LFW's format."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.errors import DatasetError
from playbill.evaluation.faces import pairs as pairs_module
from playbill.evaluation.faces.pairs import Pairs, draw_pairs, read_pairs
from tests.support.embedded import pictures_of

PICTURES = pictures_of(["Ada Lovelace"] * 3 + ["Blaise Pascal"] * 3 + ["Élodie"] + ["Zuse"])
GOOD = (
    "2\t1\n"
    "Ada_Lovelace\t1\t2\nAda_Lovelace\t3\tZuse\t1\n"
    "Blaise_Pascal\t1\t3\nBlaise_Pascal\t2\tÉlodie\t1\n"
)


def listed(tmp_path: Path, text: str) -> Pairs:
    path = tmp_path / "pairs.txt"
    path.write_text(text, "utf-8")
    return read_pairs(path, PICTURES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=4, max_size=40), st.integers(0, 5))
def test_folds_share_nobody_and_pairs_are_what_they_say(counts: list[int], seed: int) -> None:
    people = np.repeat(np.arange(len(counts)), counts)
    if sum(count >= 2 for count in counts) < 2:
        return

    pairs = draw_pairs(people, seed=seed)

    assert (people[pairs.first] == people[pairs.second]).tolist() == pairs.same.tolist()
    assert (pairs.first != pairs.second).all()
    assert len({frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)}) == len(
        pairs
    )
    for fold in range(pairs.folds):
        mine = pairs.fold == fold
        assert (pairs.same & mine).any()
        assert (~pairs.same & mine).any()
        inside = set(people[pairs.first[mine]]) | set(people[pairs.second[mine]])
        outside = set(people[pairs.first[~mine]]) | set(people[pairs.second[~mine]])
        assert not inside & outside


def test_as_many_pairs_of_two_people_as_of_one_where_there_are_enough() -> None:
    pairs = draw_pairs(np.repeat(np.arange(100), 8))

    assert pairs.folds == 10
    for fold in range(10):
        same = pairs.same[pairs.fold == fold]
        assert (same.sum(), (~same).sum()) == (280, 280)
    either_way = {frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)}
    assert len(either_way) == len(pairs)


def test_of_very_many_pictures_pairs_are_drawn_without_listing_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every pair of 30 pictures, each as often as the others."""
    monkeypatch.setattr(pairs_module, "MOST_LISTED", 100)
    people = np.repeat(np.arange(4), 30)
    drawn: Counter[frozenset[int]] = Counter()
    for seed in range(40):
        pairs = draw_pairs(people, seed=seed)
        rows = list(
            zip(pairs.first[pairs.same].tolist(), pairs.second[pairs.same].tolist(), strict=True)
        )
        assert len({frozenset(row) for row in rows}) == len(rows) == 2 * 300
        assert all(first != second and people[first] == people[second] for first, second in rows)
        drawn.update(map(frozenset, rows))

    assert len(drawn) == 4 * 30 * 29 // 2
    assert max(drawn.values()) < 3 * 40 * 600 / len(drawn)


def test_the_same_seed_draws_the_same_pairs() -> None:
    people = np.repeat(np.arange(30), 4)

    first, again, other = (draw_pairs(people, seed=seed) for seed in (1, 1, 2))

    assert first.first.tolist() == again.first.tolist()
    assert first.first.tolist() != other.first.tolist()


def test_too_few_people_for_two_folds_are_refused() -> None:
    with pytest.raises(DatasetError, match="found 3 people, 2 of them with two pictures"):
        draw_pairs(np.array([0, 0, 1, 1, 2]))


def test_a_list_is_read_as_lfw_writes_it(tmp_path: Path) -> None:
    pairs = listed(tmp_path, GOOD)

    assert list(zip(pairs.first, pairs.second, pairs.same, pairs.fold, strict=True)) == [
        (0, 1, True, 0),
        (2, 6, False, 0),
        (3, 5, True, 1),
        (4, 7, False, 1),
    ]
    assert (pairs.source, pairs.dropped) == ("pairs.txt", 0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("ten\t300\n", "line 1: found 'ten"),
        ("1\t1\n", "line 1: found '1"),
        (GOOD + "Zuse\t1\t1\n", "announces 2 x 2 x 1 pairs, found 5 lines"),
        (GOOD.replace("1\t3", "1"), "line 4: found .*, expected NAME 1 2"),
        (GOOD.replace("1\t3", "1\tthree"), "line 4: found .*, expected NAME 1 2"),
        (GOOD.replace("1\t3", "1\t1"), "line 4: found .*, expected NAME 1 2"),
        (GOOD.replace("3\tZuse\t1", "3\tAda_Lovelace\t1"), "line 3: .*expected NAME 1 OTHER 2"),
        (GOOD.replace("3\tZuse\t1", "3\tZuse\t9"), "line 3: names Zuse/Zuse_0009, not found in"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(DatasetError, match=sentence) as refused:
        listed(tmp_path, text)
    assert "\n" not in str(refused.value)


def test_a_list_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="not text in UTF-8"):
        read_pairs(tmp_path / "pairs.txt", PICTURES)
    with pytest.raises(DatasetError, match=r"gone\.txt: cannot be read: no such file"):
        read_pairs(tmp_path / "gone.txt", PICTURES)


def test_pictures_left_out_on_purpose_take_their_pairs_with_them(tmp_path: Path) -> None:
    names = ["Ada Lovelace"] * 3 + ["Blaise Pascal"] * 3 + ["Zuse"]
    text = "2\t1\n" + "Ada_Lovelace\t1\t2\nAda_Lovelace\t3\tZuse\t1\n"
    text += "Blaise_Pascal\t1\t3\nBlaise_Pascal\t2\tZuse\t2\n"
    (tmp_path / "people" / "Zuse").mkdir(parents=True)
    (tmp_path / "people" / "Zuse" / "Zuse_0002.jpg").touch()
    (tmp_path / "pairs.txt").write_text(text)

    pairs = read_pairs(tmp_path / "pairs.txt", pictures_of(names, tmp_path / "people"))

    assert (len(pairs), pairs.dropped) == (3, 1)
