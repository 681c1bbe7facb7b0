"""When the answer is "unknown": the threshold, and what it rests on.

Which score do at most `rate` of strangers exceed? Two witnesses answer.

* The network's card: what strangers, measured elsewhere and many, score with the likest of as many
  people as a face is compared with here.
* The gallery itself: every enrolled picture is a stranger to the gallery without its person
  (`HeldOut`). Pictures of one stranger are not independent, so people are counted, not pictures:
  each person weighs the same, however many pictures they have.

A gallery of 8 people cannot tell where 1 % of strangers lie, only where half of them do. So it is
asked at the smallest share it can resolve, that which `RESOLVED` of its people are, and compared
with the card at the same share: by how much higher or lower do strangers score here than they did
there? By that much the card's threshold is moved, and the less the fewer people say so
(`_trust`). With `RESOLVED / rate` people and more the gallery is asked at the rate itself.

Without a card the gallery stands alone, and with one more stranger at plus infinity: then a new
stranger, exchangeable with the enrolled people, is named with a probability of at most `rate`
whatever the distribution (hierarchical conformal prediction: Lee, Barber and Willett, 2023). With
fewer than `1 / rate - 1` people no finite score can promise that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.errors import GalleryError
from playbill.recognition.closeness import Closeness
from playbill.recognition.strangers import StrangerScores

RESOLVED = 5
"""People beyond a score before a gallery's word is taken for where it lies."""
HALF_TRUSTED = 100
"""People of whom a gallery's word weighs as much as the card's."""
MAX_HELD_OUT = 5_000
"""Pictures whose scores are pooled, spread over all people."""
DEFAULT_SLOPE = 30.0
"""Per unit of score, where fewer than `MIN_FOR_SLOPE` scores of either kind are at hand."""
MIN_FOR_SLOPE = 20
SLOPE_RANGE = (5.0, 40.0)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What enrolled pictures score in the gallery without them; all that calibration needs."""

    strangers: NDArray[np.float32]
    """(s,) the best score of a picture in the gallery without its person."""
    stranger_people: NDArray[np.int64]
    """(s,) whose picture it was, as an index into the gallery's people."""
    genuine: NDArray[np.float32]
    """(g,) the score of a picture with its own person's other pictures."""

    @classmethod
    def of(
        cls,
        closeness: Closeness,
        person_of_row: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> "HeldOut":
        """Score `rows` of the gallery, each without itself and then without its person."""
        owners = person_of_row[rows]
        scores = closeness.score_left_out(rows)
        own = scores[np.arange(len(rows)), owners].copy()
        scores[np.arange(len(rows)), owners] = -np.inf
        best = scores.max(axis=1)
        pooled = np.isfinite(best)
        return cls(best[pooled], owners[pooled], own[np.isfinite(own)])


@dataclass(frozen=True, slots=True)
class Calibration:
    """From raw scores to scores between 0 and 1, with 0.5 at the threshold."""

    threshold: float
    """The raw score from which on a name is given."""
    slope: float
    """Of the logistic function, per unit of raw score."""
    stranger_rate: float
    """At most this share of strangers is to be named."""
    measured_rate: float
    """The share of the gallery's own held-out people who are named, all people weighing the same;
    NaN with nobody to hold out."""
    strangers: int
    """How many pictures were held out for it ..."""
    stranger_people: int
    """... and of how many people."""

    def __call__(self, raw: NDArray[np.float32]) -> NDArray[np.float32]:
        """1 / (1 + exp(-slope · (raw - threshold))): not a probability, but a monotone score."""
        shifted = raw - np.float32(self.threshold)
        scores: NDArray[np.float32] = 1 / (1 + np.exp(np.float32(-self.slope) * shifted))
        return scores


def sample_rows(person_of_row: NDArray[np.int64], *, seed: int = 0) -> NDArray[np.int64]:
    """Which rows to hold out: all, or of larger galleries as many of each person, 5,000 in all."""
    if len(person_of_row) <= MAX_HELD_OUT:
        return np.arange(len(person_of_row))
    shuffled = np.random.default_rng(seed).permutation(len(person_of_row))
    order = shuffled[np.argsort(person_of_row[shuffled], kind="stable")]
    counts = np.bincount(person_of_row)
    ranks = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    each = max(1, MAX_HELD_OUT // max(1, len(counts)))
    return np.sort(order[ranks < each])


def calibrate(
    held_out: HeldOut, card: StrangerScores | None, rate: float, *, people: int, rivals: int
) -> Calibration:
    """Find the threshold that at most `rate` of strangers pass.

    Args:
        held_out: the gallery's own evidence.
        card: what strangers score under the network; None: nobody has measured it.
        rate: above 0, below 1.
        people: how many the gallery has.
        rivals: with how many a face is compared: centroids, or pictures.

    Raises:
        GalleryError: without a card, and with too few people to tell strangers by them.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie between 0 and 1, got {rate}")
    weights = _weights(held_out.stranger_people)
    seen = len(np.unique(held_out.stranger_people))
    if card is None:
        wanted = _promised(held_out, weights, rate, people)
    else:
        wanted = card.best_exceeded_by(rate, rivals)
        wanted += _trust(seen) * _moved(held_out, weights, card, rate, rivals)
    # The next larger number: a stranger who scores exactly this is not named.
    threshold = np.nextafter(np.float32(wanted), np.float32(2))
    named = held_out.strangers >= threshold
    return Calibration(
        threshold=float(threshold),
        slope=_slope(held_out, float(threshold)),
        stranger_rate=rate,
        measured_rate=float((weights * named).sum()) if len(weights) else float("nan"),
        strangers=len(weights),
        stranger_people=seen,
    )


def _trust(people: int) -> float:
    """How much of what so many people say counts, 0 to 1."""
    return people / (people + HALF_TRUSTED)


def _moved(
    held_out: HeldOut,
    weights: NDArray[np.float64],
    card: StrangerScores,
    rate: float,
    rivals: int,
) -> float:
    """How much higher strangers score here than by the card, at the smallest share that shows."""
    seen = len(np.unique(held_out.stranger_people))
    share = max(rate, RESOLVED / seen) if seen else 1.0
    if share >= 1:
        return 0.0
    here = _quantile(held_out.strangers, weights, share, at_infinity=0)
    # A gallery without the stranger's own person has one rival less.
    return here - card.best_exceeded_by(share, max(1, rivals - 1))


def _promised(held_out: HeldOut, weights: NDArray[np.float64], rate: float, people: int) -> float:
    """The lowest score that the gallery's own people promise the rate for.

    A gallery without the person has one rival less; the share that is named grows at most in
    proportion to the rivals, so the pool is held to `rate * (people - 1) / people`.

    Raises:
        GalleryError: they are too few.
    """
    unseen = 1 / (len(np.unique(held_out.stranger_people)) + 1)
    budget = rate * (people - 1) / people
    careful = _quantile(held_out.strangers, weights, budget, at_infinity=unseen)
    if np.isinf(careful):
        raise GalleryError(
            f"the card of the network does not say what strangers score, and {people} people are "
            f"too few to tell by them, expected stranger scores or at least "
            f"{int(np.ceil(1 / rate)) + 1} people"
        )
    return careful


def _weights(people: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) that sum to 1, the same for each person."""
    _, numbers, counts = np.unique(people, return_inverse=True, return_counts=True)
    return np.asarray(1 / (counts[numbers] * max(1, len(counts))), np.float64)


def _quantile(
    scores: NDArray[np.float32], weights: NDArray[np.float64], share: float, *, at_infinity: float
) -> float:
    """The lowest score that at most `share` of the weight exceeds; minus infinity of no scores.

    `at_infinity` of the weight lies at plus infinity, the scores share the rest.
    """
    allowed = share - at_infinity + 1e-12
    if allowed < 0:
        return float("inf")
    order = np.argsort(-scores, kind="stable")
    above = np.cumsum(weights[order]) * (1 - at_infinity)
    place = int(np.searchsorted(above, allowed, side="right"))
    return float(scores[order[place]]) if place < len(scores) else float("-inf")


def _slope(held_out: HeldOut, threshold: float) -> float:
    """The slope under which genuine and stranger scores, each side weighing half, are likeliest."""
    sides = (held_out.genuine - threshold, threshold - held_out.strangers)
    if min(map(len, sides)) < MIN_FOR_SLOPE:
        return DEFAULT_SLOPE
    low, high = SLOPE_RANGE
    for _ in range(40):
        slope = (low + high) / 2
        # The derivative of the mean log-likelihood falls as the slope grows.
        rising = sum(np.mean(side / (1 + np.exp(slope * side))) for side in sides) > 0
        low, high = (slope, high) if rising else (low, slope)
    return (low + high) / 2
