"""Which faces are learned from and which are kept apart to see what was learned."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playbill.core.atomic import atomic_path
from playbill.datasets.split import Split
from playbill.errors import DatasetError
from playbill.training.faces.samples import Rows


@dataclass(frozen=True, slots=True, eq=False)
class FaceSplit:
    """Rows of `FaceSamples`; no row is in two parts."""

    learned: Rows
    kept: Rows
    """Other pictures of people that are learned from."""
    strangers: Rows
    """All pictures of people of whom nothing is learned."""


def split_faces(
    people: Rows,
    *,
    kept: float,
    strangers: float,
    seed: int,
    apart: Rows | None = None,
) -> FaceSplit:
    """Keep a share of people apart, and of the others a share of their pictures.

    Of a person that is learned from, two pictures at least are learned from.

    Args:
        people: (n,) whose each row is.
        kept: share of the pictures of each person.
        strangers: share of the people; two people at least are learned from.
        seed: the same seed, the same parts.
        apart: who is kept apart, instead of a share of the people.

    Raises:
        DatasetError: `apart` leaves fewer than two people to learn from.
    """
    random = np.random.default_rng((seed, 0x5EED))
    everybody = random.permutation(np.unique(people))
    if apart is None:
        apart = everybody[: min(round(strangers * len(everybody)), max(len(everybody) - 2, 0))]
    learned_from = np.setdiff1d(everybody, apart)
    if len(learned_from) < 2:
        raise DatasetError(
            f"{len(learned_from)} of {len(everybody)} people are left to learn from, expected 2"
        )
    parts: tuple[list[Rows], list[Rows]] = ([], [])
    for person in learned_from:
        rows = random.permutation(np.flatnonzero(people == person))
        count = min(int(kept * len(rows) + 0.5), max(len(rows) - 2, 0))
        parts[0].append(np.sort(rows[count:]))
        parts[1].append(np.sort(rows[:count]))
    return FaceSplit(
        learned=np.concatenate(parts[0]).astype(np.int64),
        kept=np.concatenate(parts[1]).astype(np.int64),
        strangers=np.flatnonzero(np.isin(people, apart)).astype(np.int64),
    )


def split_as_written(split: Split, places: Sequence[str], people: Rows, name: str) -> FaceSplit:
    """The parts of a split that was made by `playbill dataset split`.

    The part to test with are `kept` pictures of people in the part to learn from, and `strangers`.

    Args:
        split: by person, or within each person.
        places: (n,) of the pictures, as `datasets.people.place_of` calls them.
        people: (n,) whose each row is.
        name: of the split, for messages.

    Raises:
        DatasetError: it says nothing of a picture, or leaves fewer than two people to learn from.
    """
    missing = [place for place in places if place not in split.part_of]
    if missing:
        raise DatasetError(
            f"{name}: does not say where {missing[0]} belongs ({len(missing)} of {len(places)} "
            "pictures), expected a split of this data set"
        )
    tested = np.array([split.part_of[place] == "test" for place in places], np.bool_)
    known = np.isin(people, people[~tested])
    if len(np.unique(people[~tested])) < 2:
        raise DatasetError(f"{name}: leaves fewer than two people to learn from")
    learned, kept, strangers = ~tested, tested & known, tested & ~known
    return FaceSplit(np.flatnonzero(learned), np.flatnonzero(kept), np.flatnonzero(strangers))


def write_split(path: Path, split: FaceSplit, sources: Sequence[str]) -> None:
    """Write down which pictures are learned from and which are kept apart.

    Raises:
        OutputError: the file cannot be written.
    """
    parts = {"learned": split.learned, "kept": split.kept, "strangers": split.strangers}
    lists = {name: [sources[row] for row in rows] for name, rows in parts.items()}
    text = json.dumps(lists, indent=1, ensure_ascii=False) + "\n"
    with atomic_path(path) as part:
        part.write_text(text, "utf-8", errors="backslashreplace")
