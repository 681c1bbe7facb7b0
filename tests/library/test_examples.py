"""Pictures become examples: every face of theirs."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from playbill.archive.archive import Archive
from playbill.errors import ArchiveError, MediaError
from playbill.library.examples import example_faces
from playbill.pipeline.opening import Describer
from tests.support.fakes import SPACE, BrightnessFaces, ColourEmbedder
from tests.support.scenes import Scene, Spell, put_scene


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "archive")


@pytest.fixture
def describer() -> Describer:
    return Describer(BrightnessFaces(), ColourEmbedder(), cast(Any, None))


def picture(folder: Path, name: str, colour: tuple[int, int, int]) -> Path:
    Image.new("RGB", (64, 64), colour).save(folder / name)
    return folder / name


def test_each_face_of_each_picture_is_an_example(
    archive: Archive, describer: Describer, tmp_path: Path
) -> None:
    red = picture(tmp_path, "red.png", (255, 0, 0))
    green = picture(tmp_path, "green.png", (0, 255, 0))

    faces = example_faces(archive, describer, [red, green])

    assert faces.model == SPACE
    assert np.allclose(faces.vectors, [[1, 0, 0], [0, 1, 0]], atol=1e-3)


def test_a_picture_without_a_face_is_refused(
    archive: Archive, describer: Describer, tmp_path: Path
) -> None:
    black = picture(tmp_path, "black.png", (0, 0, 0))

    with pytest.raises(ArchiveError, match=r"black\.png: found no face"):
        example_faces(archive, describer, [black])


def test_what_is_no_picture_is_refused(
    archive: Archive, describer: Describer, tmp_path: Path
) -> None:
    (tmp_path / "words.jpg").write_text("no picture")

    with pytest.raises(MediaError, match=r"words\.jpg"):
        example_faces(archive, describer, [tmp_path / "words.jpg"])


def test_an_archive_described_by_another_network_is_said(
    archive: Archive, describer: Describer, tmp_path: Path
) -> None:
    archive.database.write(lambda tx: put_scene(tx, Scene("one", [Spell(0, 1)])))

    with pytest.raises(ArchiveError, match=rf"net@0123456789ab, found {SPACE}"):
        example_faces(archive, describer, [picture(tmp_path, "red.png", (255, 0, 0))])
