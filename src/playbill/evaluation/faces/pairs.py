"""Pairs of pictures in folds: drawn as LFW's were, or read from its list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import escape
from itertools import combinations
from math import isqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.errors import DatasetError
from playbill.evaluation.faces.pictures import PeoplePictures, plain_name

FOLDS = 10
PAIRS = 300
"""Of each kind in each fold, where there are as many."""
SEED = 20_071_007
MOST_LISTED = 1_000_000
"""Pairs of one person in a fold that are listed to be drawn from: the list takes 100 bytes each."""
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which pictures are compared, and whether they show one person."""

    first: Ids
    """(n,) rows of the pictures."""
    second: Ids
    same: NDArray[np.bool_]
    """(n,) whether both show one person."""
    fold: Ids
    """(n,) from 0; folds share no people."""
    source: str
    """`drawn`, or the file's name."""
    dropped: int = 0
    """Pairs of the list with a picture that was left out on purpose."""

    def __len__(self) -> int:
        return len(self.same)

    @property
    def folds(self) -> int:
        """How many there are."""
        return int(self.fold.max()) + 1


def draw_pairs(people: Ids, *, folds: int = FOLDS, seed: int = SEED) -> Pairs:
    """Seeded pairs in LFW's manner: folds without common people, as many pairs of two as of one.

    Huang et al., 2007: up to 300 of each kind in each fold. People are dealt out anew until every
    fold has somebody with two pictures, and somebody else.

    Args:
        people: (n,) whom each picture shows.
        folds: at most so many; fewer where people are few.
        seed: of the lots.

    Raises:
        DatasetError: there are not two people with two pictures and two others beside them.
    """
    random = np.random.default_rng(seed)
    counts = np.bincount(people)
    dealt = _dealt(counts, folds, random)
    parts: list[tuple[Ids, bool, int]] = []
    for number, some in enumerate(dealt):
        pictures = [np.flatnonzero(people == person) for person in some]
        same = _pairs_of_one_person(pictures, random)
        different = _pairs_of_two_people(pictures, len(same), random)
        parts += [(same, True, number), (different, False, number)]
    rows = np.concatenate([pairs for pairs, _, _ in parts])
    return Pairs(
        rows[:, 0],
        rows[:, 1],
        np.concatenate([np.full(len(pairs), same) for pairs, same, _ in parts]),
        np.concatenate([np.full(len(pairs), number) for pairs, _, number in parts]),
        "drawn",
    )


def read_pairs(path: Path, pictures: PeoplePictures) -> Pairs:
    """A list in LFW's format, of pictures called `NAME/NAME_0001.jpg`.

    The first line says how many folds there are and how many pairs of each kind in each; then each
    fold has lines `NAME 1 2` and lines `NAME 1 OTHER 3`, divided by tabs. Pictures that were left
    out on purpose take their pairs with them.

    Raises:
        DatasetError: the file cannot be read, a line is malformed, or a picture is not there.
    """
    lines = _lines(path)
    folds, each = _head(path, lines[0])
    if len(lines) != 1 + 2 * folds * each:
        raise DatasetError(
            f"{path}: line 1 announces {folds} x 2 x {each} pairs, found {len(lines) - 1} lines "
            "after it"
        )
    rows_of = _numbered(pictures)
    found: list[tuple[int, int, bool, int]] = []
    for number, line in enumerate(lines[1:]):
        same = number % (2 * each) < each
        first, second = _pair(path, number + 2, line, same=same)
        rows = [_row(path, number + 2, one, pictures, rows_of) for one in (first, second)]
        if rows[0] is not None and rows[1] is not None:
            found.append((rows[0], rows[1], same, number // (2 * each)))
    table = np.array(found, np.int64).reshape(-1, 4)
    left = len(np.unique(table[:, 3]))
    if left != folds:
        raise DatasetError(f"{path}: of {folds} folds {left} have pairs of pictures that are left")
    return Pairs(
        table[:, 0],
        table[:, 1],
        table[:, 2].astype(np.bool_),
        table[:, 3],
        path.name,
        len(lines) - 1 - len(found),
    )


def _dealt(counts: Ids, folds: int, random: np.random.Generator) -> list[Ids]:
    """People in folds, each with somebody who has two pictures, and at least two people."""
    several, everybody = int((counts >= 2).sum()), int((counts >= 1).sum())
    most = min(folds, several, everybody // 2)
    if most < 2:
        raise DatasetError(
            f"pairs need two folds without common people, each with two people of whom one has "
            f"two pictures: found {everybody} people, {several} of them with two pictures"
        )
    for _ in range(100):
        dealt = np.array_split(random.permutation(np.flatnonzero(counts)), most)
        if all((counts[some] >= 2).any() for some in dealt):
            return dealt
    many, few = (random.permutation(np.flatnonzero(has)) for has in (counts >= 2, counts == 1))
    return np.array_split(_interleaved(many, few, most), most)


def _interleaved(many: Ids, few: Ids, folds: int) -> Ids:
    """An order that deals people with several pictures to every fold."""
    both = np.concatenate([many, few])
    return np.concatenate([both[start::folds] for start in range(folds)])


def _pairs_of_one_person(pictures: list[Ids], random: np.random.Generator) -> Ids:
    """Up to `PAIRS`: out of a list of all, or by their numbers where that would not fit."""
    counts = np.array([len(rows) * (len(rows) - 1) // 2 for rows in pictures])
    total = int(counts.sum())
    if total <= MOST_LISTED:
        every = np.array([pair for rows in pictures for pair in combinations(rows, 2)])
        return np.asarray(random.permutation(every)[:PAIRS])
    ends = np.cumsum(counts)
    pairs = []
    for number in random.choice(total, PAIRS, replace=False):
        person = int(np.searchsorted(ends, number, side="right"))
        place = int(number - (ends[person] - counts[person]))
        later = (1 + isqrt(1 + 8 * place)) // 2  # pairs 0-1, 0-2, 1-2, 0-3, ... in turn
        earlier = place - later * (later - 1) // 2
        pairs.append((pictures[person][earlier], pictures[person][later]))
    return np.array(pairs)


def _pairs_of_two_people(pictures: list[Ids], count: int, random: np.random.Generator) -> Ids:
    sizes = np.array([len(rows) for rows in pictures])
    possible = int((sizes.sum() ** 2 - (sizes**2).sum()) // 2)
    if possible <= 4 * count:
        every = [
            (int(a), int(b))
            for i, rows in enumerate(pictures)
            for others in pictures[i + 1 :]
            for a in rows
            for b in others
        ]
        return np.asarray(random.permutation(np.array(every))[:count])
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < count:
        first, second = random.choice(len(pictures), 2, replace=False)
        a, b = (int(random.choice(pictures[one])) for one in (first, second))
        pairs.add((min(a, b), max(a, b)))  # the same two the other way round are the same pair
    return np.array(sorted(pairs))


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DatasetError(f"{path}: cannot be read: {reason}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: is not text in UTF-8, expected LFW's list of pairs") from error
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise DatasetError(f"{path}: is empty, expected LFW's list of pairs")
    return lines


def _head(path: Path, line: str) -> tuple[int, int]:
    words = line.split()
    numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
    if len(numbers) != len(words) or len(words) != 2 or min(numbers) < 1 or numbers[0] < 2:
        raise DatasetError(
            f"{path}: line 1: found {line.strip()!r}, expected the number of folds, at least 2, "
            "and of pairs of each kind in each"
        )
    return numbers[0], numbers[1]


def _pair(
    path: Path, number: int, line: str, *, same: bool
) -> tuple[tuple[str, int], tuple[str, int]]:
    """The names and numbers of the two pictures of a line."""
    words = line.split("\t") if "\t" in line else line.split()
    places = (1, 2) if same else (1, 3)
    kind = "NAME 1 2, two pictures of one person" if same else "NAME 1 OTHER 2, two people"
    if len(words) != 1 + places[1] or not all(_is_number(words[place]) for place in places):
        raise DatasetError(f"{path}: line {number}: found {line.strip()!r}, expected {kind}")
    names = plain_name(words[0]), plain_name(words[0 if same else 2])
    pair = (names[0], int(words[places[0]])), (names[1], int(words[places[1]]))
    if pair[0] == pair[1] or same != (names[0] == names[1]):
        raise DatasetError(f"{path}: line {number}: found {line.strip()!r}, expected {kind}")
    return pair


def _is_number(word: str) -> bool:
    return word.strip().isascii() and word.strip().isdigit()


def _numbered(pictures: PeoplePictures) -> Mapping[tuple[str, int], int]:
    """Person and number -> row, for pictures whose file name ends in `_0001`."""

    def entries() -> Iterator[tuple[tuple[str, int], int]]:
        for row, picture in enumerate(pictures.pictures):
            digits = picture.path.stem.rpartition("_")[2]
            if _is_number(digits):
                yield (plain_name(picture.name), int(digits)), row

    return dict(entries())


def _row(
    path: Path,
    number: int,
    wanted: tuple[str, int],
    pictures: PeoplePictures,
    rows_of: Mapping[tuple[str, int], int],
) -> int | None:
    """The row of a picture; None: it was left out on purpose."""
    if wanted in rows_of:
        return rows_of[wanted]
    folder = wanted[0].replace(" ", "_")
    place = f"{folder}/{folder}_{wanted[1]:04d}"
    if any((pictures.folder / folder).glob(f"{escape(folder)}_{wanted[1]:04d}.*")):
        return None
    raise DatasetError(f"{path}: line {number}: names {place}, not found in {pictures.folder}")
