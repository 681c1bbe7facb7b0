"""COCO and VOC put together: whose labels rule, which pictures come in, which are taken once."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from playbill.core.labels import COCO_80, VOC_20
from playbill.datasets.merge import MergeReport, class_of, merge
from playbill.datasets.objects import PictureDetails, PictureObjects
from playbill.datasets.opening import open_objects
from playbill.errors import DatasetError
from tests.support.object_sets import HeldSet, flags, labelled
from tests.support.patterns import cut_off, patterned

# Everingham et al. (2010), table 1, beside Lin et al. (2014), appendix: written down by hand here.
VOC_IN_COCO = {
    "aeroplane": "airplane",
    "bicycle": "bicycle",
    "diningtable": "dining table",
    "motorbike": "motorcycle",
    "person": "person",
    "pottedplant": "potted plant",
    "sofa": "couch",
    "tvmonitor": "tv",
}
BOX = [5, 5, 30, 20]


def picture(path: Path, seed: int, label: int, **more: Any) -> PictureObjects:
    return labelled(patterned(path, seed), [BOX], [label], size_wh=(96, 72), **more)


def coco(*pictures: PictureObjects) -> HeldSet:
    return HeldSet(pictures, COCO_80, name="coco")


def voc(*pictures: PictureObjects) -> HeldSet:
    return HeldSet(pictures, VOC_20, name="voc")


def reasons(report: MergeReport) -> list[tuple[str, str, str]]:
    return [(one.name, one.reason, one.instead) for one in report.omitted]


@pytest.mark.parametrize("name", VOC_IN_COCO)
def test_words_of_voc_are_those_of_coco(name: str) -> None:
    found = class_of(name)

    assert found is not None
    assert COCO_80[found] == VOC_IN_COCO[name]
    assert class_of("hat stand") is None


def test_pictures_of_both_come_in_with_labels_of_coco(tmp_path: Path) -> None:
    first = picture(tmp_path / "1.png", 1, COCO_80.index("tv"))
    second = picture(tmp_path / "2.png", 2, VOC_20.index("tvmonitor"))

    merged, report = merge([coco(first), voc(second)])

    for _ in range(2):  # it can be iterated again
        assert [(p.name, COCO_80[p.class_ids[0]]) for p in merged] == [
            ("coco/1.png", "tv"),
            ("voc/2.png", "tv"),
        ]
    assert len(merged) == 2
    assert merged.labels == COCO_80
    assert report.taken == {"coco": 1, "voc": 1}
    assert report.omitted == ()


def test_the_same_file_is_taken_once_from_the_first(tmp_path: Path) -> None:
    first = picture(tmp_path / "1.jpg", 1, 0)
    shutil.copy(tmp_path / "1.jpg", tmp_path / "2.jpg")
    second = labelled(tmp_path / "2.jpg", [BOX], [0], size_wh=(96, 72))

    merged, report = merge([coco(first), voc(second)])

    assert [p.name for p in merged] == ["coco/1.jpg"]
    assert reasons(report) == [("2.jpg", "same-file", "coco/1.jpg")]


def test_a_picture_saved_anew_is_taken_once(tmp_path: Path) -> None:
    first = picture(tmp_path / "1.png", 1, 0)
    Image.open(tmp_path / "1.png").resize((240, 180)).save(tmp_path / "2.jpg", quality=70)
    second = labelled(tmp_path / "2.jpg", [BOX], [0], size_wh=(240, 180))

    _, report = merge([coco(first), voc(second)])

    assert reasons(report) == [("2.jpg", "same-picture", "coco/1.png")]


def test_a_photograph_is_known_by_its_flickr_number(tmp_path: Path) -> None:
    url = "http://farm4.staticflickr.com/3153/2970773875_164f0c0b83_z.jpg"
    first = picture(tmp_path / "1.png", 1, 0, details=PictureDetails(flickr_url=url))
    cut = picture(tmp_path / "2.png", 2, 0, details=PictureDetails(flickr_id="2970773875"))
    other = picture(tmp_path / "3.png", 3, 0, details=PictureDetails(flickr_id="297077387"))

    _, report = merge([coco(first), voc(cut, other)])

    assert reasons(report) == [("2.png", "same-flickr-number", "coco/1.png")]


def test_of_three_equal_pictures_one_is_taken(tmp_path: Path) -> None:
    same = [picture(tmp_path / f"{name}.png", 1, 0) for name in "abc"]

    merged, report = merge([coco(same[0]), voc(*same[1:])])

    assert len(list(merged)) == len(merged) == 1
    assert [one.instead for one in report.omitted] == ["coco/a.png", "coco/a.png"]


def test_a_picture_that_is_left_out_speaks_for_its_photograph_too(tmp_path: Path) -> None:
    first = picture(tmp_path / "a.png", 1, 0)
    again = picture(tmp_path / "b.png", 1, 0, details=PictureDetails(flickr_id="5"))
    cut = picture(tmp_path / "c.png", 2, 0, details=PictureDetails(flickr_id="5"))

    _, report = merge([coco(first), voc(again, cut)])

    assert reasons(report) == [
        ("b.png", "same-file", "coco/a.png"),
        ("c.png", "same-flickr-number", "coco/a.png"),
    ]


def test_what_is_none_of_the_80_stays_out(tmp_path: Path) -> None:
    own = HeldSet(
        (
            labelled(patterned(tmp_path / "1.png", 1), [BOX], [1], size_wh=(96, 72)),
            labelled(
                patterned(tmp_path / "2.png", 2),
                [BOX, [0, 0, 9, 9]],
                [1, 0],
                size_wh=(96, 72),
                crowd=flags(1, 0),
                difficult=flags(0, 1),
                ids=np.array([7, 8]),
                areas=np.array([9.0, 10.0]),
            ),
            labelled(patterned(tmp_path / "3.png", 3), size_wh=(96, 72)),
        ),
        ("dog", "hat stand"),
        name="own",
    )

    merged, report = merge([coco(picture(tmp_path / "0.png", 0, 0)), own])

    (kept,) = [p for p in merged if p.name.startswith("own")]
    assert (kept.name, kept.boxes_xyxy.tolist()) == ("own/2.png", [[0, 0, 9, 9]])
    assert (kept.crowd.tolist(), kept.difficult.tolist()) == ([False], [True])
    assert (kept.areas.tolist(), kept.ids is not None and kept.ids.tolist()) == ([10.0], [8])
    assert report.dropped_objects["own"] == {"hat stand": 1}
    assert [(one.name, one.reason) for one in report.omitted] == [
        ("1.png", "no-known-label"),
        ("3.png", "no-known-label"),
    ]


def test_a_picture_in_which_coco_saw_nothing_comes_in(tmp_path: Path) -> None:
    empty = labelled(patterned(tmp_path / "1.png", 1), size_wh=(96, 72))

    merged, _ = merge([coco(empty)])

    assert [len(p) for p in merged] == [0]


def test_a_picture_that_is_cut_off_stays_out(tmp_path: Path) -> None:
    broken = labelled(cut_off(tmp_path / "2.jpg", 2), [BOX], [0], size_wh=(200, 160))

    merged, report = merge([coco(picture(tmp_path / "1.png", 1, 0)), voc(broken)])

    assert len(merged) == 1
    assert [(one.name, one.reason) for one in report.omitted] == [("2.jpg", "unreadable")]
    assert "damaged or cut off" in report.omitted[0].instead


def test_data_sets_that_are_called_the_same_are_kept_apart(tmp_path: Path) -> None:
    one = HeldSet((picture(tmp_path / "a" / "1.png", 1, 0),), COCO_80)
    other = HeldSet((picture(tmp_path / "b" / "1.png", 2, 0),), COCO_80)

    merged, _ = merge([one, other])

    assert [p.name for p in merged] == ["held/1.png", "held-2/1.png"]


def test_a_first_data_set_with_a_label_of_its_own_is_refused() -> None:
    own = HeldSet((), ("dog", "hat stand"), name="own")

    with pytest.raises(DatasetError, match="own: its label 'hat stand' is none of COCO's 80"):
        merge([own])


def test_another_data_set_without_a_known_label_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"own: none of its labels \(hat stand"):
        merge([coco(), HeldSet((), ("hat stand",), name="own")])


def test_nothing_to_take_is_refused() -> None:
    with pytest.raises(DatasetError, match="coco, voc: no picture can be taken"):
        merge([coco(), voc()])


@pytest.mark.models
def test_real_coco_and_voc_merge(data_folder: Path) -> None:
    sets = [
        open_objects(data_folder / "coco" / "instances_val.json"),
        open_objects(data_folder / "voc" / "VOCdevkit"),
        open_objects(data_folder / "coco" / "instances_val.json"),
    ]

    merged, report = merge(sets)

    assert report.taken == {"instances_val": 100, "VOCdevkit": 8, "instances_val-2": 0}
    assert report.reasons("VOCdevkit") == {"unreadable": 2}
    assert report.reasons("instances_val-2") == {"same-file": 100}
    assert {COCO_80[i] for p in merged if "VOC" in p.name for i in p.class_ids} >= {
        "couch",
        "person",
    }
