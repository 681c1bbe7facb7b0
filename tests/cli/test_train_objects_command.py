"""`playbill train objects` on data that cannot be learnt from."""

from pathlib import Path

import pytest

from playbill.datasets.opening import write_objects
from tests.cli.conftest import Playbill
from tests.support.object_sets import HeldSet, draw, labelled

pytestmark = pytest.mark.usefixtures("wide")
BOX = (5, 5, 25, 25)


def data_set(folder: Path, labels: tuple[str, ...]) -> Path:
    pictures = tuple(labelled(draw(folder / f"{i}.png"), [BOX]) for i in range(4))
    path = folder / "objects.json"
    write_objects(HeldSet(pictures, labels), path, format="coco")
    return path


def test_a_label_that_is_not_among_the_80_is_refused(playbill: Playbill, tmp_path: Path) -> None:
    source = data_set(tmp_path, ("unicorn",))

    done = playbill("train", "objects", source, "--out", tmp_path / "out")

    assert done.code == 2
    [sentence] = done.complaints
    assert "0.png: the label 'unicorn' is not among those that are trained" in sentence
    assert not (tmp_path / "out").exists()


def test_half_of_the_pictures_missing_is_one_sentence(playbill: Playbill, tmp_path: Path) -> None:
    source = data_set(tmp_path, ("dog",))
    for i in range(2):
        (tmp_path / f"{i}.png").unlink()

    done = playbill("train", "objects", source, "--out", tmp_path / "out")

    assert done.code == 2
    [sentence] = done.complaints
    assert sentence.endswith("2 of 4 picture files are missing (0.png, 1.png)")
