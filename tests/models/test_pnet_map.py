import numpy as np
import pytest
from onnx import helper

from playbill.errors import ModelError
from playbill.models.cards import package_cards
from playbill.models.mtcnn_weights import read_networks
from playbill.models.options import SessionOptions
from playbill.models.pnet_map import with_one_map
from playbill.models.session import open_session
from playbill.models.store import ModelStore
from tests.support.networks import network

FLOAT32 = SessionOptions(precision="float32", threads=1)


@pytest.fixture(scope="module")
def pnet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    store = ModelStore([], tmp_path_factory.mktemp("home"))
    return read_networks(package_cards()["mtcnn"], store).onnx("pnet")


def test_the_map_says_what_the_two_outputs_said(pnet: bytes) -> None:
    pictures = np.random.default_rng(0).normal(size=(2, 3, 41, 30)).astype(np.float32)

    two = open_session(pnet, "pnet", FLOAT32).run({"input": pictures})
    one = open_session(with_one_map(pnet, "pnet"), "pnet", FLOAT32).run({"input": pictures})["map"]

    np.testing.assert_allclose(one[:, :4], two["reg"], atol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-one[:, 4])), two["prob"][:, 1], atol=1e-5)


@pytest.mark.parametrize("prob", ["halves", "soft"])
def test_a_network_that_ends_in_another_way_is_refused(prob: str) -> None:
    outputs = dict.fromkeys(("reg", "prob"), ("n", 2))
    other = network(_nodes(prob), ("n", 2), outputs, {"half": np.array([0.5], np.float32)})

    with pytest.raises(ModelError, match="tiny: the outputs reg and prob must be convolutions"):
        with_one_map(other, "tiny")


def _nodes(prob: str) -> list[object]:
    nodes = [helper.make_node("Mul", ["input", "half"], ["reg"])]
    if prob == "soft":
        nodes.append(helper.make_node("Mul", ["input", "half"], ["logits"]))
        nodes.append(helper.make_node("Softmax", ["logits"], ["prob"], axis=1))
    else:
        nodes.append(helper.make_node("Mul", ["input", "half"], ["prob"]))
    return nodes
