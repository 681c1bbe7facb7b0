"""The same by kind of picture: small faces, blurred ones, grey ones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.looks import GROUPS
from playbill.evaluation.faces.open_set import FPIRS, named, threshold_at
from playbill.evaluation.faces.search import search
from playbill.evaluation.faces.trials import SEEDS, closed_trial, open_trial
from playbill.evaluation.rates import Rate


@dataclass(frozen=True, slots=True)
class Group:
    """The probes of one size or kind; all others take part in the gallery and as strangers."""

    name: str
    pictures: int
    """With a face of this size or kind, asked for or not."""
    first: Rate | None
    """Closed set, people with at least two pictures; None: none was asked for."""
    fnir: Rate | None
    """Open set, at the first of `open_set.FPIRS`, the threshold being that of all strangers."""


def measure_groups(people: EmbeddedPeople, seeds: Sequence[int] = SEEDS) -> tuple[Group, ...]:
    """Each group that has a picture; a picture's answers in several seeds count as one."""
    closed, opened = _Answers(len(people)), _Answers(len(people))
    for seed in seeds:
        one = search(people, closed_trial(people.people, 2, seed))
        closed.add(one.trial.probes, one.right)
        one = search(people, open_trial(people.people, seed))
        if len(one.stranger_scores):
            least = threshold_at(one.stranger_scores, FPIRS[0])
            opened.add(one.trial.probes, ~named(one, least))
    return tuple(
        Group(name, len(rows), closed.rate(rows), opened.rate(rows))
        for name, rows in _rows(people).items()
    )


class _Answers:
    """How often each picture was asked for, and with what share of hits."""

    def __init__(self, pictures: int) -> None:
        self._asked = np.zeros(pictures)
        self._hits = np.zeros(pictures)

    def add(self, rows: NDArray[np.int64], hits: NDArray[np.bool_]) -> None:
        self._asked[rows] += 1
        self._hits[rows] += hits

    def rate(self, rows: NDArray[np.int64]) -> Rate | None:
        asked = rows[self._asked[rows] > 0]
        if not len(asked):
            return None
        return Rate.of(float((self._hits[asked] / self._asked[asked]).sum()), len(asked))


def _rows(people: EmbeddedPeople) -> dict[str, NDArray[np.int64]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, look in enumerate(people.looks):
        for name in () if look is None else (look.size_band, *look.kinds):
            rows[name].append(row)
    return {name: np.array(rows[name], np.int64) for name in GROUPS if name in rows}
