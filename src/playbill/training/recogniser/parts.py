"""What is learned from, what is held out, and who plays the strangers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from playbill.datasets.split import Rule, Split, split_people
from playbill.datasets.split_file import read_split, write_split
from playbill.errors import DatasetError
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.trials import Trial
from playbill.training.recogniser.settings import RecogniserSettings

FILES: Mapping[Rule, str] = MappingProxyType(
    {"by-person": "strangers.json", "within-person": "held-out.json"}
)
"""Rule of a split -> the name of its file."""
MIN_KNOWN = 2
"""With fewer people enrolled, faces would be told from one person only."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Rows of the described pictures, each in one part."""

    trial: Trial
    splits: Mapping[Rule, Split]
    """That made it."""
    notes: tuple[str, ...]
    """A sentence for each part that is empty, and why."""

    def write(self, folder: Path, source: Path) -> None:
        """Write down what was held out of the pictures of `source`.

        Raises:
            OutputError: a file cannot be written.
        """
        for rule, split in self.splits.items():
            write_split(folder / FILES[rule], split, source)


def read_given(path: Path) -> Split:
    """A split of people that says what is to be held out.

    Raises:
        DatasetError: it cannot be read, or is of labelled pictures.
    """
    split = read_split(path)
    if split.rule not in FILES:
        raise DatasetError(f"{path}: is a split {split.rule}, expected one of people")
    return split


def divide(
    people: EmbeddedPeople, settings: RecogniserSettings, given: Split | None = None
) -> Parts:
    """Hold out people by lot as strangers, and of each other person a share of the pictures.

    Who has one picture keeps it to learn from; of two pictures one is held.

    Args:
        people: with one face each.
        settings: the shares, and the seed of the lots.
        given: by person, it says who the strangers are; within persons, which pictures are held,
            and then there are no strangers.

    Raises:
        DatasetError: the given split holds out none of these pictures.
    """
    notes: list[str] = []
    splits: dict[Rule, Split] = {} if given is None else {given.rule: given}
    if given is not None and not _in_test(people, given).any():
        folder = people.pictures.folder
        raise DatasetError(f"{folder}: the given split holds none of its pictures out")
    if given is not None and given.rule == "within-person":
        notes.append("no strangers were held out: the given split is within persons")
    elif given is None and _people_can_be_held(people, settings, notes):
        splits["by-person"] = _drawn(people, "by-person", settings)
    strangers = _in_test(people, splits.get("by-person"))
    if "within-person" not in splits and _pictures_can_be_held(people, strangers, settings, notes):
        splits["within-person"] = _drawn(people, "within-person", settings, ~strangers)
    held = _in_test(people, splits.get("within-person"))
    held &= _has_other_pictures(people, held)
    rows = np.arange(len(people))
    trial = Trial(rows[~held & ~strangers], rows[held], rows[strangers])
    return Parts(trial, MappingProxyType(splits), tuple(notes))


def _people_can_be_held(
    people: EmbeddedPeople, settings: RecogniserSettings, notes: list[str]
) -> bool:
    everybody, share = len(people.pictures.names), settings.held_out_people
    count = int(share * everybody)
    if count >= 1 and everybody - count >= MIN_KNOWN:
        return True
    why = f"{share:.0%} of {everybody} people is less than one" if count < 1 else "too few are left"
    notes.append(
        "no strangers were held out: " + (why if share else "the share of people to hold out is 0")
    )
    return False


def _pictures_can_be_held(
    people: EmbeddedPeople,
    strangers: NDArray[np.bool_],
    settings: RecogniserSettings,
    notes: list[str],
) -> bool:
    most = int(np.bincount(people.people[~strangers]).max(initial=0))
    if settings.held_out and most >= 2:
        return True
    why = "nobody who is enrolled has two pictures that can be used"
    notes.append(
        "nothing was measured: " + (why if settings.held_out else "the share to hold out is 0")
    )
    return False


def _drawn(
    people: EmbeddedPeople,
    rule: Rule,
    settings: RecogniserSettings,
    rows: NDArray[np.bool_] | None = None,
) -> Split:
    """A split of the pictures of `rows`, or of all."""
    pictures = people.pictures.pictures
    return split_people(
        [one for row, one in enumerate(pictures) if rows is None or rows[row]],
        people.pictures.folder,
        rule=rule,
        test_share=settings.held_out_people if rule == "by-person" else settings.held_out,
        seed=settings.seed,
    )


def _in_test(people: EmbeddedPeople, split: Split | None) -> NDArray[np.bool_]:
    """(n,) whether each picture is in the part kept apart."""
    part_of = {} if split is None else split.part_of
    return np.array([part_of.get(place) == "test" for place in people.pictures.places], np.bool_)


def _has_other_pictures(people: EmbeddedPeople, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) whether a picture of the person is not held: a given split may hold them all."""
    left = np.bincount(people.people[~held], minlength=len(people.pictures.names))
    has: NDArray[np.bool_] = left[people.people] > 0
    return has
