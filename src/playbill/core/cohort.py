"""The one score by which faces are compared: a cosine that means the same for everybody.

Some faces are near to everybody's (hubs: blurred ones, old ones, those of whom the network has seen
few alike), so that one cosine is much for one person and nothing for another. A cohort, other
people's faces under the same network, shows how near is near for each face. The score of a face p
with a reference g (a person's mean direction, a picture, another face) is

    s(p, g) = cos(p', g') - SHARE * (r(p') + r(g')) / 2

where x' is x without the cohort's mean, at length 1, and r(x') the mean of its `NEIGHBOURS` highest
cosines with the cohort. Local scaling as in cross-domain similarity local scaling (Conneau et al.,
"Word translation without parallel data", ICLR 2018), with a cohort as in the adaptive score
normalisation of speaker recognition (Matejka et al., Interspeech 2017).

The score is a product of two vectors, [p', 1, -a(p)] and [g', -a(g), 1] with a = SHARE * r / 2, so
whatever multiplies vectors can serve it: `probes` makes the first kind, `references` the second.
Without a cohort (nobody measured one for the network) both are the vectors as they are, and the
score is the cosine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.arrays import owned_rows

SHARE = 0.8
NEIGHBOURS = 10
"""Both by trial on LFW with cohorts of other people (docs/decisions/0026): results hardly change
from 5 to 15 neighbours and from 0.7 to 1."""
_CHUNK_ROWS = 8_192
"""Faces that are held against the cohort at once."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Other people's faces under one network, as directions around their mean."""

    mean: Vectors
    """(d,) of their unit vectors."""
    directions: Vectors
    """(k, d) of length 1, the mean taken off."""

    def __post_init__(self) -> None:
        mean = owned_rows("mean", self.mean, np.float32, ())
        directions = owned_rows("directions", self.directions, np.float32, mean.shape)
        if not len(directions):
            raise ValueError("a cohort has at least one direction")
        if (np.abs(np.linalg.norm(directions, axis=1) - 1) > 1e-2).any():
            raise ValueError("the directions of a cohort must have length 1")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "directions", directions)

    def centred(self, vectors: Vectors) -> Vectors:
        """(n, d) -> (n, d) without the mean, at length 1."""
        return unit(vectors - self.mean)

    def nearness(self, centred: Vectors) -> Vectors:
        """(n, d) centred -> (n,) the mean of the `NEIGHBOURS` highest cosines with the cohort."""
        k = min(NEIGHBOURS, len(self.directions))
        near = np.empty(len(centred), np.float32)
        for start in range(0, len(centred), _CHUNK_ROWS):
            cosines = centred[start : start + _CHUNK_ROWS] @ self.directions.T
            highest = np.partition(cosines, -k, axis=1)[:, -k:]
            near[start : start + _CHUNK_ROWS] = highest.mean(axis=1)
        return near


def probes(vectors: Vectors, cohort: Cohort | None) -> Vectors:
    """(n, d) unit vectors -> (n, d + 2) to be multiplied with `references`."""
    return vectors if cohort is None else _placed(vectors, cohort, one_first=True)


def references(vectors: Vectors, cohort: Cohort | None) -> Vectors:
    """(n, d) unit vectors -> (n, d + 2) that `probes` are multiplied with."""
    return vectors if cohort is None else _placed(vectors, cohort, one_first=False)


def likeness(faces: Vectors, others: Vectors, cohort: Cohort | None) -> Vectors:
    """(n, d) and (m, d) unit vectors -> (n, m) scores; at most 1, higher is more alike."""
    scores: Vectors = probes(faces, cohort) @ references(others, cohort).T
    return scores


def paired_likeness(faces: Vectors, others: Vectors, cohort: Cohort | None) -> Vectors:
    """(n, d) and (n, d) unit vectors -> (n,) the score of each with its own counterpart."""
    placed = probes(faces, cohort), references(others, cohort)
    scores: Vectors = np.einsum("ij,ij->i", *placed)
    return scores


def unit(rows: Vectors) -> Vectors:
    """Rows at length 1; those without a length stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6)
    return scaled


def _placed(vectors: Vectors, cohort: Cohort, *, one_first: bool) -> Vectors:
    """(n, d + 2) centred vectors, then 1 and what is taken off, in this order or the other."""
    centred = cohort.centred(vectors)
    taken_off = -SHARE / 2 * cohort.nearness(centred)[:, None]
    one = np.ones_like(taken_off)
    ends = [one, taken_off] if one_first else [taken_off, one]
    placed: Vectors = np.concatenate([centred, *ends], axis=1, dtype=np.float32)
    return placed
