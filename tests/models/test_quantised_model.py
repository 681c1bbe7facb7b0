"""`playbill models quantise`: a model of its own, with a card of its own."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from typer.testing import CliRunner

from playbill.cli.main import app
from playbill.errors import ModelError
from playbill.media.images import read_image
from playbill.models.cards import STARTER
from playbill.models.face_crops import crop
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.options import SessionOptions
from playbill.models.quantised_model import quantise_model
from playbill.models.store import ModelStore
from tests.support.networks import network, write_model

WEIGHTS = np.random.default_rng(1).normal(size=(3, 8192)).astype(np.float32)
FLOAT32 = SessionOptions(precision="float32")
STRANGERS = """
[strangers]
mean = 0.0
std = 0.1
quantiles = [[0.5, 0.0], [0.99, 0.3]]
n = 10
measured_on = "the drawing board"
"""


@pytest.fixture
def here(tmp_path: Path) -> ModelStore:
    """A store with one face network, `plain`, with measured strangers."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["found"]),
    ]
    data = network(nodes, ("n", 3, 32, 32), {"found": ("n", 8192)}, {"weights": WEIGHTS})
    write_model(tmp_path / "here", "plain", data, more=STRANGERS)
    return ModelStore([tmp_path / "here"], tmp_path / "home")


def test_the_new_model_is_run_like_the_old_one_from_a_file_of_its_own(here: ModelStore) -> None:
    quantise_model(here, "plain", "light", here.home)

    old, new = (here.card(name) for name in ("plain", "light"))
    assert (new.task, new.architecture, new.input) == (old.task, old.architecture, old.input)
    assert (new.licence, new.source) == (old.licence, f"{old.source}; weights stored as int8")
    crops = list(np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8))
    points = [FaceNetEmbedder.open(card, here).embed_crops(crops) for card in (old, new)]
    cosines = (points[0] * points[1]).sum(axis=1) / np.prod(
        [np.linalg.norm(each, axis=1) for each in points], axis=0
    )
    assert cosines.min() > 0.9999
    assert here.path(new).stat().st_size < here.path(old).stat().st_size / 1.2


def test_what_was_measured_of_the_old_network_is_not_said_of_the_new_one(here: ModelStore) -> None:
    assert here.card("plain").strangers is not None

    assert quantise_model(here, "plain", "light", here.home).strangers is None


def test_a_name_that_is_taken_or_is_none_is_refused(here: ModelStore) -> None:
    quantise_model(here, "plain", "light", here.home)
    written = here.path(here.card("light")).read_bytes()

    for name in ("plain", "light", "No Name"):
        with pytest.raises(ModelError, match=f"^{name}: a model"):
            quantise_model(here, "plain", name, here.home)

    assert here.path(here.card("light")).read_bytes() == written


def test_the_command_writes_where_it_is_told(
    here: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYBILL_MODELS", str(here.folders[0]))

    result = CliRunner().invoke(
        app, ["models", "quantise", "plain", "--out", str(tmp_path / "made")]
    )

    assert result.exit_code == 0, result.output
    made = {path.name for path in (tmp_path / "made").iterdir()}
    assert made == {"plain-int8.onnx", "plain-int8.card.toml"}


@pytest.mark.models
def test_facenet_says_the_same_with_weights_of_a_byte(
    models_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    """In float32: in bf16 the rounding of what flows through the network would be in the way."""
    store = ModelStore([STARTER, models_folder], tmp_path)
    old = store.card("facenet_vggface2")
    new = quantise_model(store, old.name, "light", tmp_path)
    paths = sorted((data_folder / "lfw").glob("B*/*_0001.jpg"))[:48]
    middle = np.array([50, 40, 200, 210], np.float32)
    crops = [crop(read_image(path), middle, (160, 160)) for path in paths]

    unit_old, unit_new = (
        points / np.linalg.norm(points, axis=1, keepdims=True)
        for points in (
            FaceNetEmbedder.open(card, store, FLOAT32).embed_crops(crops) for card in (old, new)
        )
    )

    assert (unit_old * unit_new).sum(axis=1).min() >= 0.9995
    assert store.path(new).stat().st_size < store.path(old).stat().st_size / 1.9
