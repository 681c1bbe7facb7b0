"""Which pictures are taken, and which are not."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from playbill.errors import DatasetError, MediaError
from playbill.training.recogniser.pictures import ChosenPictures, choose
from playbill.training.recogniser.settings import RecogniserSettings, RecogniserTraining
from tests.support.drawn_people import draw_people


def chosen(folder: Path, *, most: int = 450, seed: int = 0) -> ChosenPictures:
    return choose(RecogniserTraining(folder, RecogniserSettings(max_images=most, seed=seed)))


def reasons(found: ChosenPictures) -> list[str]:
    return [refusal.reason for refusal in found.refused]


def test_a_person_has_at_most_so_many_pictures_and_nobody_is_padded(tmp_path: Path) -> None:
    draw_people(tmp_path, [7, 3, 1])

    found = chosen(tmp_path, most=4)

    assert Counter(one.name for one in found.pictures.pictures) == {
        "Person 0": 4,
        "Person 1": 3,
        "Person 2": 1,
    }
    assert found.over_the_most == 3


def test_another_seed_draws_other_pictures_and_the_same_seed_the_same(tmp_path: Path) -> None:
    draw_people(tmp_path, [12, 12])
    first, again, other = (chosen(tmp_path, most=4, seed=seed) for seed in (1, 1, 2))

    assert first.pictures.places == again.pictures.places
    assert first.sha256 == again.sha256
    assert first.pictures.places != other.pictures.places


def test_one_picture_twice_under_one_name_is_used_once(tmp_path: Path) -> None:
    draw_people(tmp_path, [2, 2])
    shutil.copy(tmp_path / "Person_0" / "0.png", tmp_path / "Person_0" / "copy.png")

    found = chosen(tmp_path)

    assert len(found.pictures) == len(set(found.digests)) == 4
    assert reasons(found) == [
        f"{tmp_path / 'Person_0' / 'copy.png'}: is the same picture as "
        f"{tmp_path / 'Person_0' / '0.png'}, and is used once"
    ]


def test_one_picture_under_two_names_is_refused_the_second_time(tmp_path: Path) -> None:
    draw_people(tmp_path, [2, 2])
    shutil.copy(tmp_path / "Person_0" / "0.png", tmp_path / "Person_1" / "wrong.png")

    [reason] = reasons(chosen(tmp_path))

    assert reason.startswith(f"{tmp_path / 'Person_1' / 'wrong.png'}: is to show Person 1, and is")
    assert reason.endswith("which is to show Person 0: expected one name")


def test_an_empty_file_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    draw_people(tmp_path, [2, 2])
    (tmp_path / "Person_1" / "empty.jpg").touch()

    found = chosen(tmp_path)

    assert len(found.pictures) == 4
    assert [refusal.name for refusal in found.refused] == ["Person 1"]


def test_the_digest_is_of_places_and_bytes(tmp_path: Path) -> None:
    draw_people(tmp_path / "a", [2, 2])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    digests = [chosen(tmp_path / "a").sha256, chosen(tmp_path / "b").sha256]
    draw_people(tmp_path / "b", [2, 2], seed=5)

    assert digests[0] == digests[1] != chosen(tmp_path / "b").sha256


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Ada").mkdir()

    with pytest.raises(DatasetError, match="found no picture"):
        chosen(tmp_path)
    with pytest.raises(MediaError, match="no such file or folder"):
        chosen(tmp_path / "gone")


def test_a_folder_of_empty_files_is_refused_by_the_first(tmp_path: Path) -> None:
    (tmp_path / "Ada").mkdir()
    for number in range(3):
        (tmp_path / "Ada" / f"{number}.jpg").touch()

    with pytest.raises(DatasetError, match=r"none of its 3 pictures can be used.*0\.jpg"):
        chosen(tmp_path)


def test_folders_that_a_person_reads_as_one_name_are_one_person(tmp_path: Path) -> None:
    for folder, seed in (("Zo\u00eb", 1), ("Zoe\u0308", 2), ("Zo\u00eb_", 3)):
        draw_people(tmp_path / "made", [1], seed=seed)
        shutil.move(tmp_path / "made" / "Person_0", tmp_path / "all" / folder)

    found = chosen(tmp_path / "all")

    assert found.pictures.names == ("Zo\u00eb",)
    assert np.array_equal(found.pictures.people, [0, 0, 0])
