"""Groups of faces that nobody has named: Chinese Whispers (Biemann, 2006), a few at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from playbill.recognition.neighbours import Edges

ROUNDS = 20


def whisper(
    edges: Edges,
    n: int,
    *,
    given: Mapping[int, int],
    apart: Iterable[tuple[int, int]] = (),
    seed: int = 0,
) -> dict[int, int]:
    """Give each new point the label that its neighbours have most of, round after round.

    Points that have a label already keep it, so that groups people have seen do not change behind
    their backs; new points join them or make groups of their own.

    Args:
        edges: from new points, rows 0 to n, to rows of new points or of `given`.
        n: how many new points there are.
        given: row -> label of points that have one; rows from n on.
        apart: pairs of rows that must not get one label: faces of one frame, and what people said.
        seed: of the order in which points are asked.

    Returns:
        row -> label of the new points; a label is one of `given`, or a number below zero that its
        group alone has.
    """
    heard = _by_source(edges)
    enemies = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    labels = {**{row: -1 - row for row in range(n)}, **given}
    order = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        changed = False
        for row in order.permutation(n).tolist():
            label = _loudest(labels, heard[row], {labels[enemy] for enemy in enemies[row]})
            if label is not None and label != labels[row]:
                labels[row], changed = label, True
        if not changed:
            break
    return {row: labels[row] for row in range(n)}


def _by_source(edges: Edges) -> dict[int, list[tuple[int, float]]]:
    """Each point's neighbours in both directions, and how loud each is."""
    heard: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for source, target, score in zip(
        edges.sources.tolist(), edges.targets.tolist(), edges.scores.tolist(), strict=True
    ):
        if source != target:
            heard[source].append((target, score))
            heard[target].append((source, score))
    return heard


def _loudest(
    labels: Mapping[int, int], heard: Iterable[tuple[int, float]], barred: set[int]
) -> int | None:
    """The label with the greatest sum; of equals one that was given, so that groups stay whole."""
    sums: dict[int, float] = defaultdict(float)
    for neighbour, score in heard:
        if labels[neighbour] not in barred:
            sums[labels[neighbour]] += score
    return min(sums, key=lambda label: (-sums[label], label < 0, label)) if sums else None
