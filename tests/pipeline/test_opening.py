"""Opening what an analysis needs, with the real networks."""

from pathlib import Path

import numpy as np
import pytest

from playbill.core.embeddings import Embeddings
from playbill.errors import GalleryError
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.fitting import fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import StoredGallery, write_gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.strangers import StrangerScores

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder")]
SCORES = NetworkScores(strangers=StrangerScores(((0.9, 0.3), (0.99, 0.5)), 100, "nothing"))


def stored(path: Path, space: str) -> StoredGallery:
    """Three people, each a direction of their own."""
    people = [
        Enrolment(name, Embeddings(np.eye(512, dtype=np.float32)[[i]], space), [f"{i:064x}"])
        for i, name in enumerate(("Ada Lovelace", "Charles Babbage", "Mary Somerville"))
    ]
    return write_gallery(path, fit(Gallery.empty(space).add(*people), SCORES))


def test_faces_are_described_only_if_somebody_wants_it() -> None:
    plain, describing = (
        open_analyzer(AnalysisSettings()),
        open_analyzer(AnalysisSettings(), describe=True),
    )

    assert plain.networks.embedder is None
    assert describing.networks.embedder is not None
    assert describing.recogniser is None


def test_a_gallery_may_be_a_file_or_what_is_in_it(tmp_path: Path) -> None:
    embedder = open_analyzer(AnalysisSettings(), describe=True).networks.embedder
    assert embedder is not None
    gallery = stored(tmp_path / "cast.npz", embedder.space)

    by_path = open_analyzer(AnalysisSettings(), tmp_path / "cast.npz")
    by_value = open_analyzer(AnalysisSettings(), gallery)

    assert by_path.recogniser is not None
    assert by_value.recogniser is not None
    assert by_value.recogniser.use == by_path.recogniser.use
    assert by_value.networks.embedder is not None


def test_a_gallery_of_another_network_is_refused_by_its_name(tmp_path: Path) -> None:
    gallery = stored(tmp_path / "cast.npz", "other@0123456789ab")

    with pytest.raises(GalleryError, match=r"^cast: was enrolled with the network other@0123"):
        open_analyzer(AnalysisSettings(), gallery)
