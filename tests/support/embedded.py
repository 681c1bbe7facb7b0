"""People embedded by hand: points whose answers are known before anything is measured."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from playbill.core.embeddings import Embeddings
from playbill.datasets.people import PersonPicture
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.looks import FaceLook
from playbill.evaluation.faces.pictures import PeoplePictures

SPACE = "net@0123456789ab"
LOOK = FaceLook((10, 10, 90, 100), 500.0, grey=False)
FOLDER = Path("people")


def pictures_of(names: Sequence[str], folder: Path = FOLDER) -> PeoplePictures:
    """A picture for each of `names`, which are sorted: `Ada_0001.jpg`, `Ada_0002.jpg`, ..."""
    counts: dict[str, int] = {}
    some = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        place = name.replace(" ", "_")
        some.append(PersonPicture(folder / place / f"{place}_{counts[name]:04d}.jpg", name))
    return PeoplePictures.of(folder, some)


def embedded(
    names: Sequence[str],
    vectors: ArrayLike,
    *,
    without_face: Sequence[int] = (),
    looks: Sequence[FaceLook] | None = None,
) -> EmbeddedPeople:
    """The people as points; rows `without_face` have none."""
    rows = np.array(Embeddings.normalised(vectors, SPACE).vectors)
    rows[list(without_face)] = 0
    seen = list(looks or [LOOK] * len(rows))
    return EmbeddedPeople(
        pictures_of(names),
        tuple(None if i in without_face else look for i, look in enumerate(seen)),
        rows,
        rows,
        SPACE,
    )


def crowd(
    people: int, each: int, *, lonely: int = 0, noise: float = 1.0, seed: int = 0
) -> EmbeddedPeople:
    """`people` with `each` pictures scattered around them, and `lonely` others with one."""
    random = np.random.default_rng(seed)
    counts = [each] * people + [1] * lonely
    owners = np.repeat(np.arange(len(counts)), counts)
    means = random.standard_normal((len(counts), 16))
    vectors = means[owners] + noise * random.standard_normal((len(owners), 16))
    return embedded([f"Person {owner:04d}" for owner in owners], vectors)
