"""`playbill models labels`."""

import pytest

from playbill.core.labels import COCO_80
from tests.cli.conftest import Playbill


def test_the_classes_of_the_default_network_are_listed(playbill: Playbill) -> None:
    outcome = playbill("models", "labels")

    assert (outcome.code, outcome.out.splitlines()) == (0, list(COCO_80))


@pytest.mark.usefixtures("wide")
def test_a_network_for_faces_knows_none(playbill: Playbill) -> None:
    outcome = playbill("models", "labels", "mtcnn")

    assert outcome.code == 2
    assert outcome.complaints == ["mtcnn: is for face-detection, and knows no classes of objects"]


@pytest.mark.usefixtures("wide")
def test_a_name_that_is_none_is_refused(playbill: Playbill) -> None:
    assert "nobody: no model of that name" in playbill("models", "labels", "nobody").complaints[0]
