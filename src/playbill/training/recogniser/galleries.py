"""Galleries of described pictures."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playbill.core.people import Person
from playbill.errors import DatasetError
from playbill.recognition.choice import Choice, Method, best_choice, compare_methods
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import read_gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.training.recogniser.describing import Described
from playbill.training.recogniser.settings import MethodWish, RecogniserSettings


def gallery_of(described: Described, rows: NDArray[np.int64]) -> Gallery:
    """The pictures of these rows, enrolled under the names of their people."""
    people = described.people
    enrolments = []
    for person in np.unique(people.people[rows]):
        mine = rows[people.people[rows] == person]
        sources = [described.digests[row] for row in mine]
        enrolments.append(
            Enrolment(people.pictures.names[person], people.embeddings(mine), sources)
        )
    return Gallery.empty(people.space).add(*enrolments)


def compare(
    gallery: Gallery, settings: RecogniserSettings, scores: NetworkScores
) -> Mapping[Method, Choice]:
    """What each method would answer with, by pictures of the gallery that are held in turn."""
    return compare_methods(
        gallery.embeddings.vectors,
        gallery.person_of_row,
        len(gallery.people),
        stranger_rate=settings.stranger_rate,
        cohort=scores.cohort,
        seed=settings.seed,
    )


def wished(choices: Mapping[Method, Choice], wish: MethodWish) -> Choice:
    """The choice that was asked for, or the best.

    Raises:
        DatasetError: it is an SVM, of one person.
    """
    if wish == "auto":
        return best_choice(choices)
    if wish not in choices:
        raise DatasetError(
            f"{wish} tells people from each other, and there is one person, expected two: "
            "take another method"
        )
    return choices[wish]


def with_known_ids(gallery: Gallery, path: Path) -> Gallery:
    """The same people under the ids that they have in the gallery at `path`, if there is one.

    So that what was named by the last training stays the same person by the next.

    Raises:
        GalleryError: the gallery at `path` cannot be read.
    """
    if not path.exists():
        return gallery
    known = {person.name: person.id for person in read_gallery(path).fitted.gallery.people}
    people = (Person(known.get(one.name, one.id), one.name) for one in gallery.people)
    return replace(gallery, people=tuple(people))
