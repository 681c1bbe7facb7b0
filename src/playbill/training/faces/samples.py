"""Cut faces of people, and which of them a step sees."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Indices into `FaceSamples`."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceSamples:
    """Faces with their people, one row per picture."""

    pictures: NDArray[np.uint8]
    """(n, side, side, 3) RGB as `cutting.cut_face` gives them; may lie on the disk."""
    people: NDArray[np.int64]
    """(n,) whose they are: indices into `names`."""
    names: tuple[str, ...]
    sources: tuple[str, ...]
    """(n,) the files that they were cut from."""

    def __post_init__(self) -> None:
        counts = {len(self.pictures), len(self.people), len(self.sources)}
        if len(counts) != 1:
            raise ValueError(f"pictures, people and sources must have one length, got {counts}")
        if len(self.people) and not 0 <= self.people.min() <= self.people.max() < len(self.names):
            raise ValueError(f"people must be indices into {len(self.names)} names")

    def __len__(self) -> int:
        return len(self.people)


class ShuffledOrder:
    """Every row once, in another order each time round; a step's rows follow from (seed, step)."""

    def __init__(self, rows: Rows, batch: int, seed: int) -> None:
        if not len(rows) or batch < 1:
            raise ValueError(f"expected rows and a batch, got {len(rows)} rows and {batch}")
        self.batch = batch
        self._rows = rows
        self._stream = _Stream(len(rows), seed)

    def rows(self, step: int) -> Rows:
        """(batch,) the rows of that step, counted from 0."""
        return self._rows[self._stream.part(step * self.batch, self.batch)]


class BalancedOrder:
    """So many people a step, so many pictures of each: what pairs and triplets need.

    People come in turn, so each is seen equally often, however many pictures there are of them; of
    a person with fewer pictures than asked for, some come twice.
    """

    def __init__(self, rows: Rows, people: Rows, batch_people: int, each: int, seed: int) -> None:
        """`people`: (n,) whose each of `rows` is."""
        self._rows_of = [rows[people == person] for person in np.unique(people)]
        if not 2 <= batch_people <= len(self._rows_of):
            raise ValueError(f"expected 2 to {len(self._rows_of)} people a batch: {batch_people}")
        self.batch = batch_people * each
        self._people, self._each, self._seed = batch_people, each, seed
        self._stream = _Stream(len(self._rows_of), seed)

    def rows(self, step: int) -> Rows:
        """(batch,) the rows of that step, person by person."""
        random = np.random.default_rng((self._seed, step))
        chosen = self._stream.apart(step * self._people, self._people)
        return np.concatenate([self._draw(self._rows_of[person], random) for person in chosen])

    def _draw(self, rows: Rows, random: np.random.Generator) -> Rows:
        times = -(-self._each // len(rows))
        drawn = np.concatenate([random.permutation(rows) for _ in range(times)])
        return drawn[: self._each]


class _Stream:
    """The numbers below `count`, permuted anew each time round, without end."""

    def __init__(self, count: int, seed: int) -> None:
        self._count = count
        self._round = lru_cache(maxsize=2)(
            lambda number: np.random.default_rng((seed, number)).permutation(count)
        )

    def part(self, start: int, length: int) -> Rows:
        """What stands at `start` and after."""
        places = np.arange(start, start + length)
        rounds = range(places[0] // self._count, places[-1] // self._count + 1)
        numbers = np.concatenate([self._round(number) for number in rounds])
        return np.asarray(numbers[places - rounds[0] * self._count], np.int64)

    def apart(self, start: int, length: int) -> Rows:
        """As `part`, but none twice: where two rounds meet, the second's stand in."""
        numbers = self.part(start, length)
        if len(np.unique(numbers)) == length:
            return numbers
        more = self._round((start + length) // self._count)
        order = list(dict.fromkeys([*numbers, *more]))
        return np.array(order[:length], np.int64)
