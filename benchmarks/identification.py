"""Who is it, of people in the gallery; and is it nobody, of strangers: LFW.

Half of each person's pictures are enrolled, half are asked for; people with one picture are the
strangers. Everything goes through `fit` and the recogniser, as after `playbill enrol`.
"""

from math import lgamma, log, log1p

import numpy as np

from benchmarks.faces import embed_folder, stranger_scores
from benchmarks.rows import Row
from playbill.evaluation.faces.in_use import InUse, measure_in_use
from playbill.recognition.fitting import STRANGER_RATE

CONFIDENCE = 0.95


def run() -> list[Row]:
    """Three rows: everybody, people with many pictures, strangers."""
    lfw = embed_folder("lfw")
    card = stranger_scores(lfw.space)
    everybody, many = (measure_in_use(lfw, card, least) for least in (2, 10))
    return [
        _first_row("people with >= 2 pictures", 0.985, everybody),
        _first_row("people with >= 10 pictures", 0.995, many),
        _stranger_row(everybody),
    ]


def binomial_range(rate: float, n: int) -> tuple[int, int]:
    """The counts that a share of `rate` among `n` gives but for 2.5 % at either end."""
    logs = [
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(rate) + (n - k) * log1p(-rate)
        for k in range(n + 1)
    ]
    below = np.cumsum(np.exp(logs))
    tail = (1 - CONFIDENCE) / 2
    return int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1 - tail))


def _first_row(who: str, must: float, found: InUse) -> Row:
    first = [one.first for one in found.by_seed]
    return Row(
        what=f"identification, LFW, {who}",
        must=f">= {must}",
        measured=f"{found.first.value:.4f} ({min(first):.4f} to {max(first):.4f})",
        met=found.first.value >= must,
        note=f"half enrolled, half asked, mean of {len(first)} seeds; at the threshold "
        f"{found.named.value:.3f} get their name, {found.wrong.value:.4f} another's; "
        f"{', '.join(sorted({one.method for one in found.by_seed}))} answered",
    )


def _stranger_row(found: InUse) -> Row:
    counts = [one.strangers_named for one in found.by_seed]
    low, high = binomial_range(STRANGER_RATE, found.strangers)
    return Row(
        what="strangers named, LFW",
        must=f"<= {STRANGER_RATE:.0%} (binomial: {low / found.strangers:.2%} to "
        f"{high / found.strangers:.2%})",
        measured=f"{np.mean(counts) / found.strangers:.2%} ({min(counts)} to {max(counts)} of "
        f"{found.strangers}); {1 - found.named.value:.1%} of known faces unnamed",
        met=float(np.mean(counts)) <= high,
        note=f"people with one picture, asked of a gallery of those with more; mean of "
        f"{len(counts)} seeds; cosine threshold "
        f"{np.mean([one.threshold for one in found.by_seed]):.3f}",
    )
