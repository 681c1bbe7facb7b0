"""Cohorts as files: `NAME.cohort.npz` of two plain arrays, beside the network's card.

mean        (d,) float32
directions  (k, d) float16: a thousandth of a cosine is as exact as a score need be

Nothing in it is pickled, and nothing pickled is read.
"""

import zipfile
from pathlib import Path

import numpy as np

from playbill.core.atomic import atomic_path
from playbill.core.cohort import Cohort
from playbill.errors import ModelError
from playbill.models.cards import ModelCard
from playbill.models.store import ModelStore

COHORT_SUFFIX = ".cohort.npz"


def open_cohort(card: ModelCard, store: ModelStore) -> Cohort | None:
    """The cohort that the card names; None: it names none.

    Raises:
        ModelNotFound, ModelAltered: see `ModelStore.cohort_path`.
        ModelError: the file holds no cohort.
    """
    path = store.cohort_path(card)
    return None if path is None else read_cohort(path)


def read_cohort(path: Path) -> Cohort:
    """Read what `write_cohort` wrote.

    Raises:
        ModelError: it cannot be read, or holds no cohort.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return Cohort(file["mean"], file["directions"])
    except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: not a sound cohort: {error}") from error


def write_cohort(path: Path, cohort: Cohort) -> None:
    """Write a cohort, whole or not at all; the same cohort gives the same bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    directions = cohort.directions.astype(np.float16)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, mean=cohort.mean, directions=directions)
