"""Made-up people: directions with pictures scattered around them."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from playbill.core.embeddings import Embeddings
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.strangers import StrangerScores

SPACE = "net@0123456789ab"
CARD = StrangerScores(((0.9, 0.2), (0.99, 0.4), (0.999, 0.5), (0.9999, 0.6)), 100_000, "nobody")
SCORES = NetworkScores(strangers=CARD)


def pictures(
    people: int, each: int, *, noise: float = 1.0, dimensions: int = 16, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(people * each, dimensions) unit vectors and whose they are."""
    random = np.random.default_rng(seed)
    means = random.standard_normal((people, dimensions))
    owners = np.repeat(np.arange(people), each)
    vectors = means[owners] + noise * random.standard_normal((len(owners), dimensions))
    return Embeddings.normalised(vectors, SPACE).vectors, owners


def enrolments(vectors: NDArray[np.float32], owners: NDArray[np.int64]) -> list[Enrolment]:
    """The pictures of `Person 0`, `Person 1`, ..."""
    return [
        Enrolment(f"Person {owner}", points(vectors[owners == owner]), digests(owners, owner))
        for owner in np.unique(owners)
    ]


def enrolled(vectors: NDArray[np.float32], owners: NDArray[np.int64]) -> Gallery:
    """A gallery of them all."""
    return Gallery.empty(SPACE).add(*enrolments(vectors, owners))


def points(vectors: NDArray[np.float32]) -> Embeddings:
    return Embeddings(vectors, SPACE)


def digests(owners: NDArray[np.int64], owner: int) -> list[str]:
    """A made-up SHA-256 for each picture of one person."""
    return [digest(f"picture {row}") for row in np.flatnonzero(owners == owner)]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
