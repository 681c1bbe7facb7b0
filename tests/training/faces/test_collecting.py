from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.run import ModelUse
from playbill.datasets.people import PersonPicture, find_people
from playbill.errors import DatasetError
from playbill.training.faces.collecting import Collected, FaceView, choose_pictures, collect_faces
from playbill.training.faces.cut_store import INDEX, PIXELS, writing
from playbill.training.faces.cutting import side_with_room
from tests.support.fakes import BrightnessFaces

VIEW = FaceView(16)


@dataclass
class CountingFaces:
    """`BrightnessFaces` that counts the pictures it sees."""

    seen: int = 0
    inner: BrightnessFaces = field(default_factory=BrightnessFaces)

    @property
    def use(self) -> ModelUse:
        return self.inner.use

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        self.seen += len(frames)
        return self.inner.detect(frames)


def folder_of(root: Path, **people: Sequence[int]) -> Path:
    """A folder per person, a picture per brightness; 0 shows no face."""
    for name, levels in people.items():
        (root / name).mkdir(parents=True)
        for number, level in enumerate(levels):
            Image.new("RGB", (40, 30), (level, level, level)).save(root / name / f"{number}.png")
    return root


def collect(source: Path, cache: Path, detector: CountingFaces | None = None) -> Collected:
    return collect_faces(list(find_people(source)), detector or CountingFaces(), VIEW, cache)


def test_faces_are_cut_with_whose_they_are(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada_Lovelace=[50, 60, 70], Bob=[150, 160])

    samples = collect(source, tmp_path / "cuts").samples

    side = side_with_room(VIEW.size_px)
    assert samples.pictures.shape == (5, side, side, 3)
    assert samples.names == ("Ada Lovelace", "Bob")
    assert samples.people.tolist() == [0, 0, 0, 1, 1]
    assert samples.pictures.mean(axis=(1, 2, 3)).tolist() == [50, 60, 70, 150, 160]
    assert samples.sources[3] == str(source / "Bob" / "0.png")


def test_people_of_whom_one_picture_can_be_used_are_left_out_and_said(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80], Cleo=[90], Dora=[99, 0])

    found = collect(source, tmp_path / "cuts")

    assert found.samples.names == ("Ada", "Bob")
    assert found.refused == (
        "Cleo: left out, has 1 of 1 pictures that can be used, expected at least 2",
        f"{source / 'Dora' / '1.png'}: found no face, expected one of Dora",
        "Dora: left out, has 1 of 2 pictures that can be used, expected at least 2",
    )


def test_a_broken_picture_is_left_out_and_said(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60, 70], Bob=[70, 80])
    (source / "Ada" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")

    found = collect(source, tmp_path / "cuts")

    assert found.samples.people.tolist() == [0, 0, 1, 1]
    [sentence] = found.refused
    assert sentence.startswith(str(source / "Ada" / "1.png"))


def test_a_folder_of_which_half_the_files_are_gone_is_refused(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60, 70, 80], Bob=[70, 80, 90, 99])
    for home in source.iterdir():
        for number in range(2):
            (home / f"{number}.png").unlink()
            (home / f"{number}.png").symlink_to(tmp_path / "gone" / f"{number}.png")

    with pytest.raises(DatasetError, match="4 of 8 pictures are missing or damaged, expected at m"):
        collect(source, tmp_path / "cuts")
    assert not (tmp_path / "cuts" / INDEX).exists()


def test_too_few_people_are_refused_with_the_first_reason(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[0, 0], Bob=[0, 50])

    with pytest.raises(DatasetError) as refusal:
        collect(source, tmp_path / "cuts")

    assert str(refusal.value) == (
        "0 of 2 people have 2 pictures with a face, expected at least 2 people; the first that "
        f"cannot be used: {source / 'Ada' / '0.png'}: found no face, expected one of Ada"
    )


def test_faces_are_looked_for_once(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80])
    detector = CountingFaces()
    first = collect(source, tmp_path / "cuts", detector)
    again = collect(source, tmp_path / "cuts", detector)

    assert detector.seen == 4
    assert (again.samples.pictures == first.samples.pictures).all()
    assert again.samples.sources == first.samples.sources


def test_faces_are_looked_for_again_when_a_picture_is_another(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80])
    collect(source, tmp_path / "cuts")
    Image.new("RGB", (41, 30), (200, 200, 200)).save(source / "Ada" / "0.png")

    assert collect(source, tmp_path / "cuts").samples.pictures[0].mean() == 200


def test_a_cutting_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80])
    collect(source, tmp_path / "cuts")
    with suppress(KeyboardInterrupt), writing(tmp_path / "cuts") as write:
        write(np.zeros((20, 20, 3), np.uint8))
        raise KeyboardInterrupt

    assert not (tmp_path / "cuts" / INDEX).exists()
    assert len(collect(source, tmp_path / "cuts").samples) == 4


def test_pixels_that_are_not_those_of_the_list_are_refused(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80])
    collect(source, tmp_path / "cuts")
    (tmp_path / "cuts" / PIXELS).write_bytes(b"short")

    with pytest.raises(DatasetError, match="has 5 bytes, expected 4800 for the 4 faces"):
        collect(source, tmp_path / "cuts")


def test_a_list_that_is_none_counts_as_nothing(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", Ada=[50, 60], Bob=[70, 80])
    (tmp_path / "cuts").mkdir()
    for broken in ("[]", "{}", "no JSON", '{"faces": [1], "refused": []}'):
        (tmp_path / "cuts" / INDEX).write_text(broken)
        assert len(collect(source, tmp_path / "cuts").samples) == 4


def test_at_most_so_many_pictures_of_a_person_are_taken() -> None:
    pictures = [PersonPicture(Path(f"{name}/{i}.jpg"), name) for name in "BA" for i in range(9)]
    few = [PersonPicture(Path("C/0.jpg"), "C")]

    chosen, again, other = (
        choose_pictures(pictures + few, max_images=4, seed=seed) for seed in (0, 0, 1)
    )

    assert [picture.name for picture in chosen] == [*"AAAABBBB", "C"]
    assert len(set(chosen)) == 9
    assert chosen == again
    assert chosen != other
