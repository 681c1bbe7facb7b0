"""A real training, in a process of its own that is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.models.catalogue import open_face_embedder
from playbill.models.store import ModelStore
from playbill.training.checkpoint import FILE
from playbill.training.curve import read_curve
from tests.training.distil_johns import STEPS

pytestmark = [pytest.mark.models, pytest.mark.timeout(1500)]


@contextmanager
def training(data_folder: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.training.distil_johns"]
    with subprocess.Popen([*command, str(data_folder / "johns"), str(folder)]) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def unbroken(
    data_folder: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("unbroken")
    assert models_folder
    with training(data_folder, folder) as process:
        assert process.wait(timeout=600) == 0
    return folder


def test_a_training_that_was_killed_goes_on_with_the_same_curve(
    unbroken: Path, data_folder: Path, tmp_path: Path
) -> None:
    with training(data_folder, tmp_path) as killed:
        while not (tmp_path / FILE).exists() or len(read_curve(tmp_path)) < 4:
            assert killed.poll() is None
            time.sleep(0.02)
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait(timeout=30) == -signal.SIGKILL
    assert len(read_curve(tmp_path)) < STEPS

    with training(data_folder, tmp_path) as resumed:
        assert resumed.wait(timeout=600) == 0

    points, wanted = read_curve(tmp_path), read_curve(unbroken)
    assert [point["step"] for point in points] == [point["step"] for point in wanted]
    for point, other in zip(points, wanted, strict=True):
        assert point == pytest.approx(other, rel=1e-4)
    assert len(json.loads((tmp_path / "run.json").read_text())["sessions"]) == 2


def test_the_student_turns_towards_the_teacher(unbroken: Path) -> None:
    points = read_curve(unbroken)

    assert points[STEPS - 1]["direction"] < points[0]["direction"] - 0.05
    assert "cosine" in points[-1]


def test_the_network_that_was_written_can_be_added_and_used(unbroken: Path, tmp_path: Path) -> None:
    store = ModelStore([], tmp_path)
    card = store.add([unbroken / "johns.onnx"])
    embedder = open_face_embedder(card.name, store)

    random = np.random.default_rng(0)
    frame = Frame.still(random.integers(0, 256, (200, 200, 3), dtype=np.uint8))
    landmarks = np.array([[[80, 80], [120, 80], [100, 100], [85, 125], [115, 125]]], np.float32)
    face = Faces(np.array([[60, 50, 140, 150]], np.float32), np.ones(1, np.float32), landmarks)
    [answer] = embedder.embed([frame], [face])

    assert answer.vectors.shape == (1, 512)
    assert card.architecture == "facenet-aligned"
    assert (unbroken / "johns.onnx").stat().st_size < 22e6


def test_another_training_in_the_same_folder_is_refused(
    unbroken: Path, data_folder: Path, models_folder: Path
) -> None:
    command = [sys.executable, "-m", "playbill", "train", "distil", "facenet_vggface2"]
    done = subprocess.run(
        [*command, str(data_folder / "johns"), "--out", str(unbroken), "--steps", "11"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert models_folder
    assert done.returncode == 2
    assert "the training begun there has settings" in done.stderr
    assert "give another folder" in done.stderr
