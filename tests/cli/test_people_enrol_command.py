"""`playbill people enrol` and `match`, as they are met."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from playbill.archive.archive import Archive
from tests.cli.conftest import Playbill


@pytest.mark.models
def test_people_are_learned_once_and_what_is_no_use_is_said(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    archive, portraits = tmp_path / "archive", tmp_path / "portraits"
    Archive.create(archive).close()
    (portraits / "Tony_Blair").mkdir(parents=True)
    for path in sorted((data_folder / "lfw").rglob("Tony_Blair_*.jpg"))[:2]:
        (portraits / "Tony_Blair" / path.name).write_bytes(path.read_bytes())
    cv2.imwrite(str(portraits / "Nobody.png"), np.full((200, 200, 3), 127, np.uint8))

    before = playbill("people", "match", "--archive", archive)
    first = playbill("people", "enrol", portraits, "--archive", archive)
    again = playbill("people", "enrol", portraits, "--archive", archive)
    after = playbill("people", "match", "--archive", archive)

    assert before.out.startswith("nobody is known by face yet")
    assert first.code == 2
    assert len(first.complaints) == 1
    assert "found no face" in first.complaints[0]
    assert first.out.splitlines() == [
        "2 pictures learned, 0 known already",
        "known by face: 1 person; of another name now: 0 tracks",
    ]
    assert again.out.splitlines() == ["0 pictures learned, 2 known already"]
    assert after.code == 0
