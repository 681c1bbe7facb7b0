"""Who is it, of people in the gallery; and is it nobody, of strangers: LFW.

Half of each person's pictures are enrolled, half are asked for; people with one picture are the
strangers. Everything goes through `fit` and the recogniser, as after `playbill enrol`.
"""

from dataclasses import dataclass
from hashlib import sha256
from math import lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedded import EmbeddedFolder, embed_folder
from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.core.embeddings import Embeddings
from playbill.models.store import ModelStore
from playbill.recognition.fitting import STRANGER_RATE, fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.recogniser import open_recogniser
from playbill.recognition.strangers import StrangerScores

SEEDS = range(5)
CONFIDENCE = 0.95
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One seed's answers."""

    first: float
    """Share of known faces for which the right person comes first."""
    named: float
    """Share of known faces that get their own name."""
    wrong: float
    """Share of known faces that get another's."""
    strangers_named: int
    method: str
    threshold: float


def run() -> list[Row]:
    """Three rows: everybody, people with many pictures, strangers."""
    lfw = embed_folder(data_file("lfw"))
    people = np.unique(lfw.names, return_inverse=True)[1].astype(np.int64)
    strangers = int((np.bincount(people) == 1).sum())
    everybody = [outcome(lfw, people, 2, seed) for seed in SEEDS]
    many = [outcome(lfw, people, 10, seed) for seed in SEEDS]
    return [
        _first_row("people with >= 2 pictures", 0.985, everybody),
        _first_row("people with >= 10 pictures", 0.995, many),
        _stranger_row(everybody, strangers),
    ]


def outcome(lfw: EmbeddedFolder, people: Ids, min_pictures: int, seed: int) -> Outcome:
    """Enrol half of the pictures of everybody with at least so many, ask for the rest."""
    random = np.random.default_rng(seed)
    counts = np.bincount(people)
    enrolments, asked = [], []
    for person in np.flatnonzero(counts >= min_pictures):
        rows = random.permutation(np.flatnonzero(people == person))
        half = (len(rows) + 1) // 2
        enrolments.append(_enrolment(lfw, rows[:half]))
        asked += list(rows[half:])
    gallery = Gallery.empty(lfw.embeddings.model).add(*enrolments)
    fitted = fit(gallery, stranger_scores(lfw.embeddings.model), seed=seed)
    recogniser = open_recogniser(StoredGallery(fitted, "lfw", "0" * 64))
    scores = recogniser.score(_rows(lfw, np.array(asked)))
    names = np.array([person.name for person in recogniser.people])
    right = names[scores.argmax(axis=1)] == np.array(lfw.names)[asked]
    named = scores.max(axis=1) >= 0.5
    strangers = recogniser.score(_rows(lfw, np.flatnonzero(counts[people] == 1)))
    return Outcome(
        first=float(right.mean()),
        named=float((right & named).mean()),
        wrong=float((~right & named).mean()),
        strangers_named=int((strangers.max(axis=1) >= 0.5).sum()),
        method=recogniser.use.method,
        threshold=recogniser.use.threshold,
    )


def stranger_scores(space: str) -> StrangerScores | None:
    """What the card of the network says about strangers."""
    card = ModelStore.default().card(space.split("@", maxsplit=1)[0]).strangers
    return StrangerScores(card.quantiles, card.n, card.measured_on) if card else None


def binomial_range(rate: float, n: int) -> tuple[int, int]:
    """The counts that a share of `rate` among `n` gives but for 2.5 % at either end."""
    logs = [
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(rate) + (n - k) * log1p(-rate)
        for k in range(n + 1)
    ]
    below = np.cumsum(np.exp(logs))
    tail = (1 - CONFIDENCE) / 2
    return int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1 - tail))


def _first_row(who: str, must: float, outcomes: list[Outcome]) -> Row:
    first = [one.first for one in outcomes]
    named, wrong = (np.mean([getattr(one, key) for one in outcomes]) for key in ("named", "wrong"))
    return Row(
        what=f"identification, LFW, {who}",
        must=f">= {must}",
        measured=f"{np.mean(first):.4f} ({min(first):.4f} to {max(first):.4f})",
        met=float(np.mean(first)) >= must,
        note=f"half enrolled, half asked, mean of {len(outcomes)} seeds; at the threshold "
        f"{named:.3f} get their name, {wrong:.4f} another's; "
        f"{', '.join(sorted({one.method for one in outcomes}))} answered",
    )


def _stranger_row(outcomes: list[Outcome], strangers: int) -> Row:
    counts = [one.strangers_named for one in outcomes]
    low, high = binomial_range(STRANGER_RATE, strangers)
    share = float(np.mean(counts)) / strangers
    missed = 1 - float(np.mean([one.named for one in outcomes]))
    return Row(
        what="strangers named, LFW",
        must=f"<= {STRANGER_RATE:.0%} (binomial: {low / strangers:.2%} to {high / strangers:.2%})",
        measured=f"{share:.2%} ({min(counts)} to {max(counts)} of {strangers}); "
        f"{missed:.1%} of known faces unnamed",
        met=float(np.mean(counts)) <= high,
        note=f"people with one picture, asked of a gallery of those with more; mean of "
        f"{len(counts)} seeds; cosine threshold "
        f"{np.mean([one.threshold for one in outcomes]):.3f}",
    )


def _enrolment(lfw: EmbeddedFolder, rows: Ids) -> Enrolment:
    sources = [sha256(str(lfw.paths[row]).encode()).hexdigest() for row in rows]
    return Enrolment(lfw.names[rows[0]], _rows(lfw, rows), sources)


def _rows(lfw: EmbeddedFolder, rows: Ids) -> Embeddings:
    return Embeddings(lfw.embeddings.vectors[rows], lfw.embeddings.model)
