"""Who is it, of people in the gallery; and is it nobody, of strangers: LFW.

Half of each person's pictures are enrolled, half are asked for; people with one picture are the
strangers. Everything goes through `fit` and the recogniser, as after `playbill enrol`.
"""

from collections.abc import Sequence
from math import lgamma, log, log1p

import numpy as np

from benchmarks.faces import apart, embed_folder
from benchmarks.rows import Row
from playbill.evaluation.faces.in_use import InUse, measure_in_use
from playbill.recognition.fitting import STRANGER_RATE

CONFIDENCE = 0.95


def run() -> list[Row]:
    """Three rows: everybody, people with many pictures, strangers."""
    halves = apart(embed_folder("lfw"))
    everybody, many = (
        [measure_in_use(people, scores, least) for people, scores in halves] for least in (2, 10)
    )
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


def _first_row(who: str, must: float, halves: Sequence[InUse]) -> Row:
    seeds = [one for half in halves for one in half.by_seed]
    first = [one.first for one in seeds]
    return Row(
        what=f"identification, LFW, {who}",
        must=f">= {must}",
        measured=f"{np.mean(first):.4f} ({min(first):.4f} to {max(first):.4f})",
        met=float(np.mean(first)) >= must,
        note=f"{' and '.join(str(half.people) for half in halves)} people, scores measured on the "
        f"other half; half enrolled, half asked, mean of {len(first)} galleries; at the threshold "
        f"{np.mean([one.named for one in seeds]):.3f} get their name, "
        f"{np.mean([one.wrong for one in seeds]):.4f} another's; "
        f"{', '.join(sorted({one.method for one in seeds}))} answered",
    )


def _stranger_row(halves: Sequence[InUse]) -> Row:
    asked = sum(half.strangers for half in halves)
    named = sum(float(np.mean([one.strangers_named for one in half.by_seed])) for half in halves)
    low, high = binomial_range(STRANGER_RATE, asked)
    seeds = [one for half in halves for one in half.by_seed]
    return Row(
        what="strangers named, LFW",
        must=f"<= {STRANGER_RATE:.0%} (binomial: {low / asked:.2%} to {high / asked:.2%})",
        measured=f"{named / asked:.2%} of {asked}; "
        f"{1 - np.mean([one.named for one in seeds]):.1%} of known faces unnamed",
        met=named <= high,
        note=f"people with one picture, asked of galleries of those with more; mean of "
        f"{len(seeds) // len(halves)} seeds; threshold "
        f"{np.mean([one.threshold for one in seeds]):.3f}",
    )
