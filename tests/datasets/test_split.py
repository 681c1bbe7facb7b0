"""Two parts: disjoint, seeded, with rare classes in both, and stable when pictures are added."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.datasets.people import PersonPicture
from playbill.datasets.split import Split, Subset, split_objects, split_people
from playbill.datasets.split_file import read_split, write_split
from playbill.errors import DatasetError
from tests.support.object_sets import HeldSet, labelled

FOLDER = Path("people")


def people(counts: dict[str, int]) -> list[PersonPicture]:
    return [
        PersonPicture(FOLDER / name / f"{number}.png", name)
        for name, count in counts.items()
        for number in range(count)
    ]


def by_person(counts: dict[str, int], share: float = 0.3, seed: int = 0) -> Split:
    pictures = people(counts)
    return split_people(pictures, FOLDER, rule="by-person", test_share=share, seed=seed)


def within(
    counts: dict[str, int], share: float = 0.5, seed: int = 0, earlier: Split | None = None
) -> Split:
    return split_people(
        people(counts),
        FOLDER,
        rule="within-person",
        test_share=share,
        seed=seed,
        earlier=earlier,
    )


def objects(*classes: tuple[int, ...]) -> HeldSet:
    return HeldSet(
        tuple(
            labelled(Path(f"{number}.png"), [[0, 0, 9, 9]] * len(own), own)
            for number, own in enumerate(classes)
        )
    )


COUNTS = st.dictionaries(
    st.sampled_from([f"p{number}" for number in range(12)]), st.integers(1, 7), min_size=2
)


@settings(deadline=None, max_examples=50)
@given(counts=COUNTS, share=st.sampled_from([0.1, 0.5, 0.9]), seed=st.integers(0, 3))
def test_by_person_nobody_is_in_both_parts(counts: dict[str, int], share: float, seed: int) -> None:
    split = by_person(counts, share, seed)

    learned, kept = ({n.split("/")[0] for n in split.names(p)} for p in ("train", "test"))
    assert learned | kept == set(counts)
    assert not learned & kept
    assert learned
    assert kept
    assert len(split.part_of) == sum(counts.values())


@settings(deadline=None, max_examples=50)
@given(counts=COUNTS.filter(lambda counts: max(counts.values()) > 1), seed=st.integers(0, 3))
def test_within_a_person_the_larger_half_is_learned_from(counts: dict[str, int], seed: int) -> None:
    split = within(counts, seed=seed)

    kept = Counter(name.split("/")[0] for name in split.names("test"))
    assert kept == {name: count // 2 for name, count in counts.items() if count > 1}
    assert set(split.on_one_side) == {name for name, count in counts.items() if count == 1}


@settings(deadline=None, max_examples=50)
@given(st.lists(st.frozensets(st.integers(0, 2), max_size=3), min_size=2, max_size=30))
def test_each_class_with_two_pictures_alone_is_in_both_parts(own: list[frozenset[int]]) -> None:
    dataset = objects(*(tuple(sorted(classes)) for classes in own))

    split = split_objects(dataset, test_share=0.2, seed=0)

    assert set(split.part_of) == {picture.name for picture in dataset}
    alone = Counter(next(iter(classes)) for classes in own if len(classes) == 1)
    if all(len(classes) <= 1 for classes in own):
        for class_id, count in alone.items():
            parts = {split.part_of[f"{n}.png"] for n, one in enumerate(own) if class_id in one}
            assert parts == ({"train", "test"} if count > 1 else {"train"})


def test_the_share_holds_for_each_class() -> None:
    dataset = objects(*[(0,)] * 100, *[(1,)] * 10, *[(0, 2)] * 10)

    split = split_objects(dataset, test_share=0.2, seed=1)

    kept = Counter(int(c) for p in dataset if split.part_of[p.name] == "test" for c in p.class_ids)
    assert (kept[0], kept[1], kept[2]) == (22, 2, 2)


def test_a_class_with_one_picture_is_told_of_and_learned_from() -> None:
    split = split_objects(objects((0,), (0,), (0, 1)), test_share=0.3, seed=0)

    assert split.on_one_side == ("dog",)
    assert split.part_of["2.png"] == "train"


def test_the_order_of_a_folder_does_not_matter_and_the_seed_does() -> None:
    counts = {f"p{number}": 4 for number in range(20)}
    turned = dict(reversed(counts.items()))

    assert by_person(counts).part_of == by_person(turned).part_of
    assert within(counts).part_of == within(turned).part_of
    assert within(counts).part_of != within(counts, seed=1).part_of
    assert by_person(counts).part_of != by_person(counts, seed=1).part_of


@settings(deadline=None, max_examples=50)
@given(before=COUNTS.filter(lambda counts: max(counts.values()) > 1), more=COUNTS)
def test_what_an_earlier_split_says_stands(before: dict[str, int], more: dict[str, int]) -> None:
    earlier = within(before)
    grown = {name: before.get(name, 0) + more.get(name, 0) for name in {**before, **more}}

    later = within(grown, earlier=earlier)

    assert {name: later.part_of[name] for name in earlier.part_of} == earlier.part_of
    assert len(later.part_of) == sum(grown.values())


def test_new_pictures_of_a_known_person_go_where_the_person_is() -> None:
    counts = {f"p{number}": 2 for number in range(10)}
    earlier = by_person(counts)
    grown = people({**dict.fromkeys(counts, 5), "new": 3})

    later = split_people(grown, FOLDER, rule="by-person", test_share=0.3, seed=0, earlier=earlier)

    parts = {name.split("/")[0]: part for name, part in earlier.part_of.items()}
    for name, part in later.part_of.items():
        assert parts.get(name.split("/")[0], part) == part


def test_labelled_pictures_stay_where_they_were() -> None:
    earlier = split_objects(objects(*[(0,)] * 10), test_share=0.2, seed=0)

    later = split_objects(objects(*[(0,)] * 40), test_share=0.2, seed=0, earlier=earlier)

    assert {name: later.part_of[name] for name in earlier.part_of} == earlier.part_of
    assert len(later.names("test")) == 8


def test_an_earlier_split_of_something_else_is_refused() -> None:
    with pytest.raises(DatasetError, match="is by-person with seed 0, expected within-person"):
        within({"a": 2, "b": 2}, earlier=by_person({"a": 2, "b": 2}))
    with pytest.raises(DatasetError, match="seed 0, expected within-person with seed 1"):
        within({"a": 2}, seed=1, earlier=within({"a": 2}))
    with pytest.raises(DatasetError, match="has none of these pictures"):
        within({"a": 2}, earlier=within({"b": 2}))


def test_too_little_to_split_is_refused() -> None:
    with pytest.raises(DatasetError, match="there is 1 person, expected two"):
        by_person({"a": 3})
    with pytest.raises(DatasetError, match="nobody has two pictures"):
        within({"a": 1, "b": 1})
    with pytest.raises(DatasetError, match="has 1 pictures, expected two"):
        split_objects(objects((0,)), test_share=0.5, seed=0)


def test_a_subset_has_the_pictures_that_are_named() -> None:
    whole = objects((0,), (1,), (2,))

    subset = Subset(whole, frozenset({"0.png", "2.png"}), "some")

    assert [picture.name for picture in subset] == ["0.png", "2.png"]
    assert (len(subset), subset.labels) == (2, whole.labels)


def test_a_split_is_read_as_it_was_written(tmp_path: Path) -> None:
    split = within({"Ada": 3, "李": 1})

    write_split(tmp_path / "split.json", split, FOLDER)

    assert read_split(tmp_path / "split.json") == split
    document = json.loads((tmp_path / "split.json").read_text("utf-8"))
    assert (document["seed"], document["rule"]) == (0, "within-person")
    assert document["parts"]["train"] == list(split.names("train"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema": "other"}',
        '{"schema": "playbill-split/1", "rule": "by-person"}',
        '{"schema": "playbill-split/1", "rule": "by-person", "seed": 0, "test_share": 0.5,'
        ' "on_one_side": [], "parts": {"train": ["a"], "test": ["a"]}}',
    ],
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "split.json").write_text(text)

    with pytest.raises(DatasetError, match=r"split\.json: is no split of Playbill"):
        read_split(tmp_path / "split.json")


def test_a_name_that_is_not_in_utf_8_is_split_and_written_down(tmp_path: Path) -> None:
    made = within({"Jos\udce9": 4})
    write_split(tmp_path / "split.json", made, FOLDER)

    assert read_split(tmp_path / "split.json") == made
