"""From pictures to what networks take."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.errors import ModelError
from playbill.models.options import Tensors
from playbill.models.pictures import output_of, resized, run_pictures


def test_what_shrinks_is_averaged() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200

    assert (resized(stripes, (8, 8)) == 100).all()


def test_what_grows_is_blended() -> None:
    edge = np.zeros((1, 2, 3), np.uint8)
    edge[:, 1] = 200

    grown = resized(edge, (8, 4))

    assert grown.shape == (4, 8, 3)
    assert sorted(set(grown[0, :, 0].tolist())) == grown[0, 1:7, 0].tolist()


class Doubler:
    """A session that doubles `x` and remembers how many it was given at a time."""

    runtime, device, precision = "numpy", "CPU", "float32"

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        return {"y": 2 * inputs["x"]}

    def run_each(self, batches: Iterable[Tensors]) -> list[dict[str, NDArray[Any]]]:
        some = list(batches)
        self.sizes.append(len(some))
        return [self.run(inputs) for inputs in some]


@pytest.mark.parametrize(("n", "sizes"), [(0, []), (1, [1]), (3, [3]), (7, [3, 3, 1])])
def test_pictures_run_a_few_at_a_time_in_their_order(n: int, sizes: list[int]) -> None:
    session = Doubler()

    outputs = run_pictures(session, ({"x": np.array(i)} for i in range(n)), at_once=3)

    assert [int(output["y"]) for output in outputs] == [2 * i for i in range(n)]
    assert session.sizes == sizes


def test_an_output_that_is_not_there_or_of_another_shape_is_refused() -> None:
    outputs = {"boxes": np.zeros((1, 3, 4))}

    assert output_of(outputs, "boxes", (1, 3, 4), "net").dtype == np.float32
    with pytest.raises(ModelError, match="net: the network has no output scores, it has boxes"):
        output_of(outputs, "scores", (1, 3, 4), "net")
    with pytest.raises(ModelError, match=r"net: .* boxes must have shape \(1, 2, 4\), found"):
        output_of(outputs, "boxes", (1, 2, 4), "net")
