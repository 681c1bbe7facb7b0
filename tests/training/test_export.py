from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from playbill.errors import ModelError, TrainingError
from playbill.models.cards import read_card
from playbill.training.export import export_onnx
from playbill.training.model_files import write_model
from playbill.training.trained_model import Origin, face_kind


class Tiny(nn.Module):
    """A convolution with enough weights to be halved, and a norm."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.ReLU())

    def forward(self, faces: Tensor) -> Tensor:
        embedding: Tensor = self.body(faces).mean(dim=(2, 3))
        return embedding


def exported(path: Path, *, half: bool) -> float:
    return export_onnx(
        Tiny(),
        torch.randn(2, 3, 8, 8),
        path,
        input_name="input",
        output_names=["embedding"],
        half_weights=half,
    )


def test_the_file_says_what_torch_says(tmp_path: Path) -> None:
    assert exported(tmp_path / "tiny.onnx", half=False) < 1e-5


def test_halved_weights_are_half_the_size_and_hardly_another_network(tmp_path: Path) -> None:
    exported(tmp_path / "whole.onnx", half=False)
    difference = exported(tmp_path / "half.onnx", half=True)

    assert 0 < difference < 5e-3
    halves = [w for w in onnx.load(tmp_path / "half.onnx").graph.initializer if w.data_type == 10]
    assert [tuple(w.dims) for w in halves] == [(64, 3, 3, 3)]


def test_weights_that_are_too_large_for_halves_stay_whole(tmp_path: Path) -> None:
    large = Tiny()
    next(large.body.parameters()).data[0, 0, 0, 0] = 1e5

    difference = export_onnx(
        large,
        torch.randn(2, 3, 8, 8),
        tmp_path / "large.onnx",
        input_name="input",
        output_names=["embedding"],
        half_weights=True,
    )

    assert difference < 1
    assert all(w.data_type != 10 for w in onnx.load(tmp_path / "large.onnx").graph.initializer)


def test_a_network_that_gives_no_numbers_is_not_written(tmp_path: Path) -> None:
    lost = Tiny()
    next(lost.body.parameters()).data[0, 0, 0, 0] = torch.nan

    with pytest.raises(TrainingError, match=r"lost\.onnx: the network differs from torch by nan"):
        export_onnx(
            lost,
            torch.randn(2, 3, 8, 8),
            tmp_path / "lost.onnx",
            input_name="input",
            output_names=["embedding"],
        )
    assert not list(tmp_path.iterdir())


def test_any_number_of_faces_goes_through(tmp_path: Path) -> None:
    exported(tmp_path / "tiny.onnx", half=True)
    session = onnxruntime.InferenceSession(tmp_path / "tiny.onnx")

    for count in (1, 5):
        [found] = session.run(None, {"input": np.zeros((count, 3, 8, 8), np.float32)})
        assert found.shape == (count, 64)


def test_a_network_is_written_with_a_card_that_vouches_for_it(tmp_path: Path) -> None:
    example = torch.randn(2, 3, 8, 8)
    model = write_model(
        tmp_path, "mine", Tiny(), example, face_kind("facenet-aligned", 8), Origin("MIT", "tests")
    )

    card = read_card(model.card_path)
    assert card == model.card
    assert card.input.size_wh == (8, 8)
    assert (card.licence, card.source) == ("MIT", "tests")
    assert model.outputs()[0]["sha256"] == card.files[0].sha256


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"My Face: .*give another one with --name"):
        write_model(
            tmp_path,
            "My Face",
            Tiny(),
            torch.zeros(1, 3, 8, 8),
            face_kind("facenet", 8),
            Origin("", ""),
        )
    assert not list(tmp_path.iterdir())
