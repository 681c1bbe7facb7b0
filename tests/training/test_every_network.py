"""Each network that can be trained, for a few steps on real pictures, to a file that runs."""

from pathlib import Path
from typing import get_args

import pytest

from playbill.core.frame import Frame
from playbill.media.images import read_image
from playbill.models.catalogue import (
    open_face_detector,
    open_face_embedder,
    open_object_detector,
)
from playbill.models.store import ModelStore
from playbill.training.curve import read_curve
from playbill.training.faces.run import train_faces
from playbill.training.faces.settings import FaceNetworkName, FaceTraining, FaceTrainingSettings
from playbill.training.objects.run import train_objects
from playbill.training.objects.settings import ObjectNetworkName, ObjectTraining
from playbill.training.settings import LoopSettings

pytestmark = pytest.mark.models
STEPS: dict[FaceNetworkName, int] = {"compact": 40}
"""Of those that are quick enough for more than nine."""


def falls(folder: Path) -> bool:
    """Whether the last third of the losses lies below the first third."""
    losses = [point["loss"] for point in read_curve(folder) if "loss" in point]
    third = len(losses) // 3
    return sum(losses[-third:]) < sum(losses[:third])


@pytest.mark.parametrize("network", get_args(FaceNetworkName))
def test_a_face_network_learns_real_faces_from_nothing(
    network: FaceNetworkName, data_folder: Path, tmp_path: Path
) -> None:
    store = ModelStore([], tmp_path / "home")
    training = FaceTraining(
        data_folder / "johns",
        network=network,
        settings=FaceTrainingSettings(batch=10, kept=0.2, strangers=0.3),
        loop=LoopSettings(
            steps=STEPS.get(network, 9), learning_rate=1e-3, log_every=1, warmup_steps=2
        ),
    )

    made = train_faces(training, tmp_path / "run", "own", store=store)

    assert falls(tmp_path / "run")
    assert {"kept_first", "strangers_first"} <= made.measures.keys()
    store.add([made.model.paths[0]])
    picture = next((data_folder / "johns" / "John_Simm").glob("*"))
    frame = Frame.still(read_image(picture))
    faces = open_face_detector("mtcnn", store).detect([frame])
    [described] = open_face_embedder("own", store).embed([frame], faces)
    assert described.vectors.shape == (len(faces[0]), 512)


@pytest.mark.parametrize("network", get_args(ObjectNetworkName))
def test_an_object_network_learns_real_pictures_from_nothing(
    network: ObjectNetworkName, data_folder: Path, tmp_path: Path
) -> None:
    store = ModelStore([], tmp_path / "home")
    training = ObjectTraining(
        datasets=(data_folder / "coco" / "instances_val.json",),
        network=network,
        held_out=0.1,
        batch=4,
        loop=LoopSettings(steps=24, learning_rate=1e-3, log_every=1, warmup_steps=2),
    )

    made = train_objects(training, tmp_path / "run", "own", store=store)

    assert falls(tmp_path / "run")
    assert {"AP", "AP50"} <= made.measures.keys()
    store.add([made.model.paths[0]])
    frame = Frame.still(read_image(next((data_folder / "stills").glob("*.jpg"))))
    [found] = open_object_detector("own", store, min_score=0.01).detect([frame])
    assert len(found.labels) == 80
