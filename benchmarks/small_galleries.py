"""Galleries of any size at their own threshold, and how far suggestions can be believed: LFW.

Scores mean what they mean by one half of the people (cohort and tables, as in a card); galleries,
known faces and strangers are of the other half, and the other way round.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.faces import apart, embed_folder
from benchmarks.identification import binomial_range
from benchmarks.rows import Row
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.in_use import NAMED_FROM, gallery_of, open_fitted
from playbill.evaluation.faces.open_set import threshold_at
from playbill.pipeline.naming import LEAST_LIKELY, MOST_CANDIDATES
from playbill.recognition.fitting import STRANGER_RATE
from playbill.recognition.likelihood import KNOWN
from playbill.recognition.network_scores import NetworkScores

SIZES = ((1, 1, 40), (2, 1, 40), (5, 1, 40), (8, 1, 40), (8, 2, 30), (8, 5, 20))
LARGER = ((20, 1, 20), (100, 1, 6), (390, 1, 4), (800, 1, 2))
"""(people, pictures of each, how many galleries)"""
MOST_ASKED = 6
"""Pictures of a person that are asked for."""
MOST_LOST = 0.05
BINS = 10
Half = tuple[EmbeddedPeople, NetworkScores]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one gallery says of faces."""

    right: NDArray[np.bool_]
    """(known,) whether the right person comes first."""
    scores: NDArray[np.float32]
    """(known,) of whoever comes first."""
    strangers: NDArray[np.float32]
    """(strangers,) the same."""
    likely: NDArray[np.float64]
    """(known + strangers, 3) the probabilities of the likeliest people ..."""
    is_they: NDArray[np.bool_]
    """... and whether each is right."""

    @property
    def named(self) -> NDArray[np.bool_]:
        """(known,) whether they get their own name."""
        return self.right & (self.scores >= NAMED_FROM)

    @property
    def named_at_true_rate(self) -> NDArray[np.bool_]:
        """The same at the threshold that these very strangers would ask for."""
        return self.right & (self.scores >= threshold_at(self.strangers, STRANGER_RATE))

    @property
    def among_three(self) -> NDArray[np.bool_]:
        """(known,) whether the right person is among the likeliest."""
        among: NDArray[np.bool_] = np.logical_or.reduce(self.is_they[: len(self.right)], axis=1)
        return among

    @property
    def below(self) -> NDArray[np.bool_]:
        """(known + strangers,) whose score is too low for a name."""
        below: NDArray[np.bool_] = np.concatenate([self.scores, self.strangers]) < NAMED_FROM
        return below


def run() -> list[Row]:
    """A row for each size of gallery, then two for suggestions."""
    halves = apart(embed_folder("lfw"))
    asked = {size: list(_galleries(halves, *size)) for size in (*SIZES, *LARGER)}
    rows = [_row(size[0], size[1], found) for size, found in asked.items()]
    everything = [one for found in asked.values() for one in found]
    return [*rows, _first_three_row(everything), _reliability_row(everything)]


def _galleries(halves: Sequence[Half], people: int, pictures: int, times: int) -> Iterator[Answers]:
    for turn in range(times):
        half, scores = halves[turn % len(halves)]
        random = np.random.default_rng(1000 * people + 10 * pictures + turn)
        yield ask(half, scores, people, pictures, random)


def ask(
    half: EmbeddedPeople,
    scores: NetworkScores,
    people: int,
    pictures: int,
    random: np.random.Generator,
) -> Answers:
    """Enrol so many people, those with more pictures first, and ask for all other faces."""
    counts = np.bincount(half.people[half.found], minlength=len(half.pictures.names))
    several = random.permutation(np.flatnonzero(counts > pictures))
    chosen = [*several, *random.permutation(np.flatnonzero(counts == 1))][:people]
    rows = [random.permutation(np.flatnonzero(half.found & (half.people == one))) for one in chosen]
    known = np.concatenate([mine[pictures:][:MOST_ASKED] for mine in rows])
    others = np.setdiff1d(np.flatnonzero(counts), chosen)
    found = np.flatnonzero(half.found)
    strangers = found[np.unique(half.people[found], return_index=True)[1]]
    strangers = strangers[np.isin(half.people[strangers], others)]
    recogniser = open_fitted(
        gallery_of(half, np.concatenate([mine[:pictures] for mine in rows])), scores
    )
    every = np.concatenate([known, strangers])
    answers = recogniser.score(half.embeddings(every))
    likely = recogniser.probabilities(half.embeddings(every))
    if likely is None:
        raise ValueError("what scores mean was measured on the other half")
    names = np.array([person.name for person in recogniser.people])
    truth = np.array(half.pictures.names)[half.people[every]]
    order = np.argsort(-likely, axis=1)[:, :MOST_CANDIDATES]
    best = answers.max(axis=1)
    return Answers(
        right=(names[answers.argmax(axis=1)] == truth)[: len(known)],
        scores=best[: len(known)],
        strangers=best[len(known) :],
        likely=np.take_along_axis(likely, order, axis=1),
        is_they=names[order] == truth[:, None],
    )


def _row(people: int, pictures: int, found: Sequence[Answers]) -> Row:
    strangers = sum(len(one.strangers) for one in found)
    let_in = sum(int((one.strangers >= NAMED_FROM).sum()) for one in found)
    named = np.concatenate([one.named for one in found]).mean()
    at_true = np.concatenate([one.named_at_true_rate for one in found]).mean()
    wrong = np.concatenate([~one.right & (one.scores >= NAMED_FROM) for one in found]).mean()
    # Galleries of one half share their strangers: so many are different.
    different = min(strangers, 2 * max(len(one.strangers) for one in found))
    high = binomial_range(STRANGER_RATE, different)[1] / different
    share, lost = let_in / strangers, at_true - named
    pictures_each = f"{pictures} picture{'s' if pictures > 1 else ''} each"
    return Row(
        what=f"own threshold, {people} people, {pictures_each}: strangers named / known faces lost",
        must=f"<= {high:.1%} (binomial) / <= {MOST_LOST:.0%} more than at the true 1 %",
        measured=f"{share:.2%} / {lost:.1%} ({named:.1%} named, {wrong:.2%} another's name)",
        met=bool(share <= high and lost <= MOST_LOST),
        note=f"{len(found)} galleries, {sum(len(one.right) for one in found)} known faces, "
        f"{strangers} strangers (about {different} different people)",
    )


def _first_three_row(found: Sequence[Answers]) -> Row:
    there = np.concatenate([one.among_three[one.below[: len(one.right)]] for one in found])
    return Row(
        what="suggestions: right person among three, known faces below the threshold",
        must=">= 0.9",
        measured=f"{there.mean():.3f}",
        met=bool(there.mean() >= 0.9),
        note=f"{len(there)} faces of all these galleries",
    )


def _reliability_row(found: Sequence[Answers]) -> Row:
    """Known faces and strangers of a gallery weigh as the prior has it."""
    likely, right, weights = [], [], []
    for one in found:
        n, known = len(one.likely), len(one.right)
        each = np.full(n, (1 - KNOWN) / max(1, n - known))
        each[:known] = KNOWN / max(1, known)
        shown = one.below[:, None] & (one.likely >= LEAST_LIKELY)
        likely.append(one.likely[shown])
        right.append(one.is_they[shown])
        weights.append(np.broadcast_to(each[:, None], shown.shape)[shown])
    error, curve = reliability(*(np.concatenate(some) for some in (likely, right, weights)))
    return Row(
        what="suggestions: expected calibration error",
        must="<= 0.05",
        measured=f"{error:.3f}",
        met=error <= 0.05,
        note=f"probability and share that is right: {curve}; half of all faces known, candidates "
        f"from {LEAST_LIKELY} on",
    )


def reliability(
    likely: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, str]:
    """The error over ten bins of probability, and the curve in words."""
    bins = np.minimum((likely * BINS).astype(int), BINS - 1)
    error, said = 0.0, []
    for number in range(BINS):
        inside = bins == number
        weight = weights[inside].sum()
        if weight > 0:
            told = float((likely * weights)[inside].sum() / weight)
            true = float((right * weights)[inside].sum() / weight)
            error += weight / weights.sum() * abs(told - true)
            said.append(f"{told:.2f} {true:.2f}")
    return float(error), ", ".join(said)
