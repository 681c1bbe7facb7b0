"""Folders of people as embeddings, for all benchmarks that ask who it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.inputs import data_file
from playbill.evaluation.faces.embedding import EmbeddedPeople, embed_people
from playbill.evaluation.faces.network_scores import measure_scores
from playbill.evaluation.faces.pictures import find_pictures
from playbill.evaluation.opening import open_face_networks
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import scores_in
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.strangers import StrangerScores

NETWORK = "facenet_vggface2"
"""Of whose training no picture of the data was part: our own network knows most of LFW."""


def embed_folder(name: str, *, without: Path | None = None) -> EmbeddedPeople:
    """One face of each picture in a folder of the data, as MTCNN and `NETWORK` see it."""
    opened = open_face_networks(AnalysisSettings(models=(NETWORK,)))
    pictures = find_pictures(data_file(name), without=without)
    embedders = [network.embedder for network in opened.networks]
    return embed_people(pictures, opened.detector, embedders).people[0]


def scores_under(space: str) -> NetworkScores:
    """What the card of a network says of scores."""
    return scores_in(space, ModelStore.default())


def apart(people: EmbeddedPeople, *, seed: int = 0) -> list[tuple[EmbeddedPeople, NetworkScores]]:
    """Each half of the people, and what scores mean by the other half, as a card would say.

    The cards' own cohorts and tables rest on some of these very people: nobody is to be measured
    beside themselves.
    """
    shuffled = np.random.default_rng(seed).permutation(len(people.pictures.names))
    one, other = np.array_split(shuffled, 2)
    return [_measured_by(people, mine, theirs) for mine, theirs in ((one, other), (other, one))]


def _measured_by(
    people: EmbeddedPeople, mine: NDArray[np.int64], theirs: NDArray[np.int64]
) -> tuple[EmbeddedPeople, NetworkScores]:
    found = measure_scores(people.of_people(theirs), "the other half")
    strangers = StrangerScores(
        found.strangers.quantiles,
        found.strangers.n,
        found.strangers.measured_on,
        found.strangers.best,
    )
    known = found.known.table if found.known else None
    scores = NetworkScores(found.cohort, strangers, known)
    return replace(people.of_people(mine), cohort=found.cohort), scores
