"""COCO's 80 classes, and the ways to them from other numberings."""

import json
from pathlib import Path

import pytest

from playbill.core.labels import (
    COCO_80,
    COCO_90_GAPS,
    COCO_90_TO_80,
    PERSON,
    VOC_20,
    VOC_TO_COCO_80,
)


def test_there_are_80_different_labels_and_the_first_is_person() -> None:
    assert len(COCO_80) == len(set(COCO_80)) == 80
    assert PERSON == 0


@pytest.mark.parametrize(
    ("coco_90", "label"),
    [(1, "person"), (11, "fire hydrant"), (13, "stop sign"), (72, "tv"), (90, "toothbrush")],
)
def test_ids_of_coco_files_lead_to_labels(coco_90: int, label: str) -> None:
    assert COCO_80[COCO_90_TO_80[coco_90]] == label


def test_every_label_has_one_id_in_coco_files_in_rising_order() -> None:
    assert list(COCO_90_TO_80.values()) == list(range(80))
    assert list(COCO_90_TO_80) == sorted(COCO_90_TO_80)
    assert set(COCO_90_TO_80) | COCO_90_GAPS == set(range(1, 91))
    assert not set(COCO_90_TO_80) & COCO_90_GAPS


@pytest.mark.parametrize(
    ("voc", "label"),
    [
        ("aeroplane", "airplane"),
        ("diningtable", "dining table"),
        ("dog", "dog"),
        ("motorbike", "motorcycle"),
        ("pottedplant", "potted plant"),
        ("sofa", "couch"),
        ("tvmonitor", "tv"),
    ],
)
def test_classes_of_voc_lead_to_labels(voc: str, label: str) -> None:
    assert COCO_80[VOC_TO_COCO_80[voc]] == label


def test_every_class_of_voc_has_a_label_of_its_own() -> None:
    assert list(VOC_TO_COCO_80) == list(VOC_20)
    assert len(set(VOC_TO_COCO_80.values())) == len(VOC_20) == 20


@pytest.mark.models
@pytest.mark.parametrize("split", ["train", "val"])
def test_the_ids_are_those_of_the_files_that_coco_gives_out(data_folder: Path, split: str) -> None:
    text = (data_folder / "coco" / f"instances_{split}.json").read_text("utf-8")
    categories = json.loads(text)["categories"]

    assert {c["id"]: c["name"] for c in categories} == {
        coco_90: COCO_80[coco_80] for coco_90, coco_80 in COCO_90_TO_80.items()
    }
