"""Folders of people as embeddings, for all benchmarks that ask who it is."""

from pathlib import Path

from benchmarks.inputs import data_file
from playbill.evaluation.faces.embedding import EmbeddedPeople, embed_people
from playbill.evaluation.faces.pictures import find_pictures
from playbill.evaluation.opening import open_face_networks
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import strangers_of
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.strangers import StrangerScores

NETWORK = "facenet_vggface2"
"""Of whose training no picture of the data was part: our own network knows most of LFW."""


def embed_folder(name: str, *, without: Path | None = None) -> EmbeddedPeople:
    """One face of each picture in a folder of the data, as MTCNN and `NETWORK` see it."""
    opened = open_face_networks(AnalysisSettings(models=(NETWORK,)))
    pictures = find_pictures(data_file(name), without=without)
    embedders = [network.embedder for network in opened.networks]
    return embed_people(pictures, opened.detector, embedders).people[0]


def stranger_scores(space: str) -> StrangerScores | None:
    """What the card of a network says about strangers."""
    return strangers_of(ModelStore.default().card(space.partition("@")[0]))
