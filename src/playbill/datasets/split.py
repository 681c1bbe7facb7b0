"""Training data in two parts: one to learn from, one kept apart to test with.

Which part a name goes to depends on the seed and the names, never on the order in which a folder
lists them. What an earlier split says stands: when pictures are added, nothing that was learned
from comes into the part kept apart, or the other way round.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from playbill.datasets.objects import About, ObjectDataset, PictureObjects
from playbill.datasets.people import PersonPicture, place_of
from playbill.errors import DatasetError

Part = Literal["train", "test"]
Rule = Literal["by-person", "within-person", "by-picture"]
PARTS: tuple[Part, Part] = ("train", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Which part each picture is in, and how that came about."""

    rule: Rule
    seed: int
    test_share: float
    """Of people (`by-person`), of each person's pictures, or of the pictures with each class."""
    part_of: Mapping[str, Part]
    """Name of a picture -> its part. Of people: the place below their folder."""
    on_one_side: tuple[str, ...] = ()
    """People or classes with a single picture, which are in the part to learn from alone."""

    def names(self, part: Part) -> tuple[str, ...]:
        """The pictures of one part, sorted."""
        return tuple(sorted(name for name, own in self.part_of.items() if own == part))


@dataclass(frozen=True, slots=True, eq=False)
class Subset:
    """The pictures of a data set that bear some names."""

    dataset: ObjectDataset
    names: frozenset[str]
    name: str

    @property
    def labels(self) -> tuple[str, ...]:
        """Those of the whole data set."""
        return self.dataset.labels

    @property
    def about(self) -> About:
        """That of the whole data set."""
        return self.dataset.about

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[PictureObjects]:
        return (picture for picture in self.dataset if picture.name in self.names)


def split_people(
    pictures: Iterable[PersonPicture],
    source: Path,
    *,
    rule: Rule,
    test_share: float,
    seed: int,
    earlier: Split | None = None,
) -> Split:
    """Split by person (nobody is in both parts), or within each person.

    Within a person the part to learn from has the larger half, and both have one picture at least;
    who has a single picture is in the part to learn from.

    Args:
        pictures: whom they show.
        source: the folder that names of pictures are relative to.
        rule: `by-person` or `within-person`.
        test_share: of people, or of each person's pictures; over 0, under 1.
        seed: another seed, another split.
        earlier: stays as it is; with the same rule.

    Raises:
        DatasetError: there are fewer than two people, or nobody with two pictures; the earlier
            split is by another rule or seed, or of other pictures.
    """
    of_person: dict[str, list[str]] = {}
    for picture in pictures:
        of_person.setdefault(picture.name, []).append(place_of(picture.path, source))
    known = {place for places in of_person.values() for place in places}
    before = _before(earlier, rule, seed, known)
    if rule == "by-person":
        return _by_person(of_person, test_share, seed, before)
    part_of: dict[str, Part] = {}
    for places in of_person.values():
        wanted = _at_least_one(test_share, len(places))
        part_of |= _assigned(places, wanted, seed, before)
    single = tuple(sorted(name for name, places in of_person.items() if len(places) == 1))
    if len(single) == len(of_person):
        raise DatasetError(f"{source}: nobody has two pictures, expected some to be kept apart")
    return Split(rule, seed, test_share, part_of, single)


def _by_person(
    of_person: Mapping[str, Sequence[str]], share: float, seed: int, before: Mapping[str, Part]
) -> Split:
    if len(of_person) < 2:
        raise DatasetError(f"there is {len(of_person)} person, expected two at least to split")
    known: dict[str, Part] = {}
    for name, places in of_person.items():
        parts = Counter(before[place] for place in places if place in before)
        if parts:
            known[name] = parts.most_common(1)[0][0]
    parts_of_people = _assigned(list(of_person), _at_least_one(share, len(of_person)), seed, known)
    part_of = {
        place: parts_of_people[name] for name, places in of_person.items() for place in places
    }
    return Split("by-person", seed, share, part_of)


def split_objects(
    dataset: ObjectDataset, *, test_share: float, seed: int, earlier: Split | None = None
) -> Split:
    """Split by picture, so that each class has its share of pictures in both parts.

    Pictures with the rarest class are dealt out first, each to the part that lacks most of it
    (iterative stratification: Sechidis et al., 2011). A class with two pictures or more is in both
    parts, unless its pictures are needed for still rarer ones; one with a single picture is in the
    part to learn from.

    Args:
        dataset: its labels are read once.
        test_share: of the pictures; over 0, under 1.
        seed: another seed, another split.
        earlier: stays as it is.

    Raises:
        DatasetError: there are fewer than two pictures; the earlier split is another one.
    """
    classes = {
        picture.name: frozenset(np.unique(picture.class_ids).tolist()) for picture in dataset
    }
    before = _before(earlier, "by-picture", seed, classes)
    if len(classes) < 2:
        raise DatasetError(f"{dataset.name}: has {len(classes)} pictures, expected two at least")
    deal = _Deal.of(classes, test_share)
    for name in sorted(classes, key=lambda name: _lot(seed, name)):
        if name in before:
            deal.give(name, before[name])
    while deal.left:
        rarest = deal.rarest()
        names = [name for name in deal.left if rarest is None or rarest in classes[name]]
        for name in sorted(names, key=lambda name: _lot(seed, name)):
            deal.give(name, deal.lacking(rarest))
    counts = Counter(class_id for own in classes.values() for class_id in own)
    single = tuple(dataset.labels[class_id] for class_id in sorted(counts) if counts[class_id] == 1)
    return Split("by-picture", seed, test_share, deal.part_of, single)


@dataclass(slots=True)
class _Deal:
    """Pictures that are dealt out, and what each part still wants of each class."""

    classes: Mapping[str, frozenset[int]]
    wanted: dict[tuple[int | None, Part], float]
    """(class, part) -> pictures; class None: of all pictures."""
    left: dict[str, None]
    part_of: dict[str, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, classes: Mapping[str, frozenset[int]], share: float) -> "_Deal":
        wanted: dict[tuple[int | None, Part], float] = {}
        counts: Counter[int | None] = Counter(one for own in classes.values() for one in own)
        counts[None] = len(classes)
        for class_id, count in counts.items():
            test = min(max(share * count, 1.0), count - 1.0)
            wanted[class_id, "test"], wanted[class_id, "train"] = test, count - test
        return cls(classes, wanted, dict.fromkeys(classes))

    def rarest(self) -> int | None:
        """The class that fewest pictures that are left have; None: they have no objects."""
        counts = Counter(one for name in self.left for one in self.classes[name])
        return min(counts, key=lambda one: (counts[one], one)) if counts else None

    def lacking(self, class_id: int | None) -> Part:
        """The part that wants most of the class; of equals, most of all pictures."""
        return max(PARTS, key=lambda part: (self.wanted[class_id, part], self.wanted[None, part]))

    def give(self, name: str, part: Part) -> None:
        del self.left[name]
        self.part_of[name] = part
        for class_id in (*self.classes[name], None):
            self.wanted[class_id, part] -= 1


def _before(
    earlier: Split | None, rule: Rule, seed: int, names: Collection[str]
) -> Mapping[str, Part]:
    if earlier is None:
        return {}
    if (earlier.rule, earlier.seed) != (rule, seed):
        raise DatasetError(
            f"the earlier split is {earlier.rule} with seed {earlier.seed}, expected {rule} with "
            f"seed {seed}: name another file for a new one"
        )
    if not any(name in earlier.part_of for name in names):
        raise DatasetError(
            "the earlier split has none of these pictures, expected one of the same data set: "
            "name another file for a new one"
        )
    return earlier.part_of


def _assigned(
    names: Sequence[str], test: int, seed: int, before: Mapping[str, Part]
) -> dict[str, Part]:
    """Each name's part: the one it has, or by lot, `test` of them in all kept apart if possible."""
    known = {name: before[name] for name in names if name in before}
    free = sorted((name for name in names if name not in known), key=lambda name: _lot(seed, name))
    lacking = max(0, test - list(known.values()).count("test"))
    chosen = set(free[:lacking])
    return known | {name: "test" if name in chosen else "train" for name in free}


def _at_least_one(share: float, count: int) -> int:
    """So many of `count` for the test: the share, rounded down, but one at least of two."""
    return min(max(int(share * count), 1), count - 1)


def _lot(seed: int, name: str) -> str:
    line = f"{seed}\0{name}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(line).hexdigest()
