"""`playbill train faces` from pictures to a network that can be added."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from PIL import Image

from playbill.models.store import ModelStore
from tests.cli.conftest import Playbill

pytestmark = pytest.mark.usefixtures("wide")
QUICKLY = ("--network", "compact", "--batch", "8", "--strangers", "0", "--held-out", "0.2")


def folder_of(root: Path, *people: str, pictures: int = 2) -> Path:
    """Pictures of grey surfaces: nobody has a face."""
    for name in people:
        (root / name).mkdir(parents=True)
        for number in range(pictures):
            Image.new("RGB", (60, 60), (90, 90, 90)).save(root / name / f"{number}.png")
    return root


@pytest.mark.models
def test_a_network_is_learned_written_and_can_be_added(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "cast"
    options = (*QUICKLY, "--loss", "arcface", "--steps", "3", "--out", out)

    done = playbill("train", "faces", data_folder / "johns", *options)

    assert done.code == 0, done.err
    assert "kept_first" in done.out
    assert "differs from torch by at most" in done.out
    session = ort.InferenceSession(str(out / "cast.onnx"), providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["embedding"]
    faces = np.zeros((3, 3, 112, 112), np.float32)
    assert session.run(None, {"input": faces})[0].shape == (3, 512)
    assert ModelStore([], tmp_path / "home").add([out / "cast.onnx"]).name == "cast"
    record = json.loads((out / "run.json").read_text())
    assert record["data"]["people"] == 5
    assert record["settings"]["loss"] == "arcface"
    split = json.loads((out / "split.json").read_text())
    assert len(split["learned"]) + len(split["kept"]) == 55

    again = playbill("train", "faces", data_folder / "johns", *options)

    assert again.code == 0, again.err
    assert "step 3 of 3" not in again.err


@pytest.mark.models
def test_people_with_one_picture_are_left_out_and_said(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "people"
    for person in ("John_Salley", "John_Savage"):
        shutil.copytree(next((data_folder / "johns").glob(f"{person}*")), source / person)
    folder_of(source, "Nobody", pictures=1)

    out = tmp_path / "out"
    done = playbill("train", "faces", source, *QUICKLY, "--steps", "1", "--out", out)

    assert done.code == 0, done.err
    assert "found no face, expected one of Nobody" in done.err
    assert "Nobody: left out, has 0 of 1 pictures that can be used" in done.err


@pytest.mark.models
def test_pictures_without_faces_are_refused(playbill: Playbill, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "people", "Ada", "Bob")

    done = playbill("train", "faces", source, *QUICKLY, "--out", tmp_path / "out")

    assert done.code == 2
    [sentence] = done.complaints
    assert sentence.startswith("0 of 2 people have 2 pictures with a face, expected at least 2")


def test_a_name_that_is_none_is_refused_before_the_training(
    playbill: Playbill, tmp_path: Path
) -> None:
    source = folder_of(tmp_path / "people", "Ada", "Bob")

    done = playbill("train", "faces", source, *QUICKLY, "--out", tmp_path / "My Cast")

    assert done.code == 2
    assert done.complaints[0].startswith("My Cast: a model's name has")
    assert not (tmp_path / "My Cast").exists()


def test_a_folder_without_pictures_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()

    done = playbill("train", "faces", tmp_path / "people", "--out", tmp_path / "out")

    assert done.code == 2
    assert "found no picture" in done.complaints[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.models
def test_another_start_than_the_network_is_refused(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    done = playbill(
        *("train", "faces", data_folder / "johns", *QUICKLY),
        *("--start", "facenet_vggface2", "--out", tmp_path / "out"),
    )

    assert done.complaints == [
        "facenet_vggface2: has the weights of inception-resnet-v1, asked for is compact"
    ]
