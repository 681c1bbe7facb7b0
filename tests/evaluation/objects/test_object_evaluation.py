"""A whole evaluation of object networks, on pictures whose colour says what they show."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.labels import COCO_80, VOC_20
from playbill.errors import DatasetError
from playbill.evaluation.document import to_document
from playbill.evaluation.objects.detecting import label_numbers
from playbill.evaluation.objects.evaluate import (
    ObjectEvaluation,
    ObjectNetwork,
    ObjectQuestion,
    evaluate_objects,
)
from tests.support.fakes import BlueIsADog

BLUE, RED = (0, 0, 200), (200, 0, 0)
SHOWN = BlueIsADog().limits


@dataclass
class Labelled:
    """A COCO data set in the making: every object fills its picture."""

    folder: Path
    labels: tuple[str, ...] = ("cat", "dog")
    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, colour: tuple[int, int, int], label: str, *, said_wh: int = 64) -> Path:
        number = len(self.images) + 1
        path = self.folder / f"{number}.png"
        Pillow.fromarray(np.full((64, 64, 3), colour, np.uint8)).save(path)
        self.images.append(
            {"id": number, "file_name": path.name, "width": said_wh, "height": said_wh}
        )
        self.annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": self.labels.index(label) + 1,
                "bbox": [0, 0, said_wh, said_wh],
                "area": said_wh**2,
                "iscrowd": 0,
            }
        )
        return path

    def write(self) -> Path:
        path = self.folder / "labels.json"
        categories = [{"id": i + 1, "name": label} for i, label in enumerate(self.labels)]
        document = {
            "images": self.images,
            "annotations": self.annotations,
            "categories": categories,
        }
        path.write_text(json.dumps(document))
        return path


def evaluated(labelled: Labelled, score: float | None = None) -> ObjectEvaluation:
    question = ObjectQuestion(labelled.write(), pictures=labelled.folder, score=score)
    networks = [
        ObjectNetwork(BlueIsADog(), 1.0, SHOWN),
        ObjectNetwork(BlueIsADog(), 2.0, SHOWN),
    ]
    return evaluate_objects(question, networks)[0]


def test_blue_dogs_are_found_and_red_ones_are_not(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path)
    labelled.add(BLUE, "dog")
    labelled.add(RED, "dog")
    labelled.add(BLUE, "cat")

    evaluation = evaluated(labelled)

    result, again = evaluation.networks
    assert (evaluation.data.pictures, evaluation.data.objects, evaluation.data.classes) == (3, 3, 2)
    assert result.best is not None
    assert (result.best.precision, result.best.recall) == pytest.approx((1 / 2, 1 / 3))
    assert result.best.score == pytest.approx(0.8)
    assert (result.shown.precision, result.shown.recall, result.shown.boxes) == (1 / 2, 1 / 3, 2)
    assert result.confusion.labels == ("cat", "dog")
    assert result.confusion.counts.tolist() == [[0, 1, 0], [0, 1, 1], [0, 0, 0]]
    assert [one.objects for one in result.judgement.classes] == [1, 2]
    assert result.judgement == again.judgement
    assert (result.time.rounds, again.megabytes) == (3, 2.0)


def test_the_document_is_json_without_paths_of_this_machine(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path)
    labelled.add(RED, "dog")

    document = to_document("objects", evaluated(labelled))

    text = json.dumps(document, allow_nan=False)
    assert str(tmp_path) not in text
    assert (document["schema"], document["kind"]) == ("playbill-evaluation/1", "objects")
    assert document["networks"][0]["judgement"]["overall"]["apSmall"] is None
    assert document["networks"][0]["worst"][0]["misses"][0]["label"] == "dog"
    assert document["run"]["models"][0]["sha256"] == "00" * 32


def test_pictures_that_cannot_be_used_are_left_out_and_said(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path)
    labelled.add(BLUE, "dog")
    labelled.add(BLUE, "dog").write_bytes(b"broken")
    question = ObjectQuestion(labelled.write(), pictures=tmp_path)

    evaluation, refused = evaluate_objects(question, [ObjectNetwork(BlueIsADog(), 1.0, SHOWN)])

    assert evaluation.data.pictures == 1
    told = [*map(str, refused), *evaluation.data.problems]
    assert len(told) == 1
    assert "2.png" in told[0]


def test_labels_for_a_picture_of_another_size_are_said(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path)
    labelled.add(BLUE, "dog", said_wh=128)
    question = ObjectQuestion(labelled.write(), pictures=tmp_path)

    evaluation, _ = evaluate_objects(question, [ObjectNetwork(BlueIsADog(), 1.0, SHOWN)])

    assert any("1.png" in problem and "64" in problem for problem in evaluation.data.problems)


def test_labels_that_no_network_knows_are_refused(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path, labels=("gnome", "elf"))
    labelled.add(BLUE, "elf")

    with pytest.raises(DatasetError, match="the labels gnome, elf are none of those that fake"):
        evaluated(labelled)


def test_a_label_that_the_network_does_not_know_is_said(tmp_path: Path) -> None:
    labelled = Labelled(tmp_path, labels=("dog", "elf"))
    labelled.add(BLUE, "dog")
    labelled.add(RED, "elf")

    [result, _] = evaluated(labelled).networks

    assert result.unknown_labels == ("elf",)
    assert result.judgement.overall.ap == pytest.approx(1)


def test_vocs_labels_are_those_of_coco() -> None:
    numbers = label_numbers(VOC_20, BlueIsADog())

    named = {COCO_80[theirs]: VOC_20[ours] for theirs, ours in numbers.items()}
    assert len(named) == 20
    assert named["couch"] == "sofa"
    assert named["airplane"] == "aeroplane"
    assert named["dog"] == "dog"
