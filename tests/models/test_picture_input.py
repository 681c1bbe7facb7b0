from dataclasses import replace

import numpy as np
import onnx
import pytest

from playbill.errors import ModelError
from playbill.models.cards import InputContract
from playbill.models.options import SessionOptions
from playbill.models.picture_input import taking_pictures
from playbill.models.session import open_session
from tests.support.networks import filter_network, halving_network, mean_network

CONTRACT = InputContract(None, "RGB", mean=100, divisor=10)
FLOAT32 = SessionOptions(precision="float32", threads=1)


def means_of(pictures: np.ndarray, contract: InputContract) -> np.ndarray:
    network = taking_pictures(mean_network(), "tiny", contract)
    return open_session(network, "tiny", FLOAT32).run({"pictures": pictures})["means"]


def colours(*rgb: tuple[int, int, int]) -> np.ndarray:
    return np.array(rgb, np.uint8)[:, None, None, :] * np.ones((1, 4, 6, 1), np.uint8)


def test_pictures_are_brought_to_the_range_that_the_network_takes() -> None:
    means = means_of(colours((100, 110, 90), (0, 0, 250)), CONTRACT)

    np.testing.assert_allclose(means, [[0, 1, -1], [-10, -10, 15]])


def test_a_network_of_blue_green_red_gets_them_in_that_order() -> None:
    means = means_of(colours((100, 110, 90)), replace(CONTRACT, channels="BGR"))

    np.testing.assert_allclose(means, [[-1, 1, 0]])


@pytest.mark.parametrize("padding", [0, 1])
def test_a_convolution_of_pictures_is_that_of_their_numbers(padding: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 9, 7, 3)).astype(np.uint8)
    plain = filter_network(padding=padding)
    numbers = ((pictures.astype(np.float32) - 100) / 10).transpose(0, 3, 1, 2).copy()

    expected = open_session(plain, "tiny", FLOAT32).run({"input": numbers})["filtered"]
    found = open_session(taking_pictures(plain, "tiny", CONTRACT), "tiny", FLOAT32).run(
        {"pictures": pictures}
    )["filtered"]

    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_arithmetic_moves_into_a_first_convolution_unless_that_pads_with_zeros() -> None:
    kinds = [
        [node.op_type for node in onnx.load_from_string(network).graph.node]
        for network in (
            taking_pictures(filter_network(padding=padding), "tiny", CONTRACT) for padding in (0, 1)
        )
    ]

    assert kinds == [
        ["Transpose", "Cast", "Conv"],
        ["Transpose", "Cast", "Sub", "Div", "Conv"],
    ]


def test_a_missing_output_is_refused_with_those_there_are() -> None:
    with pytest.raises(ModelError, match="tiny: the network's outputs must be prob, found means"):
        taking_pictures(mean_network(), "tiny", CONTRACT, ["prob"])


def test_a_network_that_takes_no_pictures_is_refused() -> None:
    with pytest.raises(ModelError, match="tiny: the network's first input must be pictures"):
        taking_pictures(halving_network(), "tiny", CONTRACT)


@pytest.mark.parametrize("content", [b"", b"no network"])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"^tiny: "):
        taking_pictures(content, "tiny", CONTRACT)
