"""Which pictures take part."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.datasets.people import find_people
from playbill.datasets.split import split_people
from playbill.datasets.split_file import write_split
from playbill.errors import DatasetError, MediaError
from playbill.evaluation.faces.pictures import data_sha256, find_pictures, read_people


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place in ("Ada_Lovelace/1.png", "Ada_Lovelace/2.png", "Élodie/1.png", "Zuse/1.png"):
        path = tmp_path / "people" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        Pillow.fromarray(np.full((8, 8, 3), len(place), np.uint8)).save(path)
    return tmp_path / "people"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_folder_is_a_person(folder: Path) -> None:
    pictures = find_pictures(folder)

    assert pictures.names == ("Ada Lovelace", "Zuse", "Élodie")
    assert pictures.places == (
        "Ada_Lovelace/1.png",
        "Ada_Lovelace/2.png",
        "Zuse/1.png",
        "Élodie/1.png",
    )
    assert pictures.people.tolist() == [0, 0, 1, 2]


def test_listed_pictures_are_left_out_and_counted(folder: Path, tmp_path: Path) -> None:
    pictures = find_pictures(folder, without=written(tmp_path, "Zuse/1.png\nÉlodie/1.png\n"))

    assert pictures.names == ("Ada Lovelace",)
    assert pictures.left_out == 2


def test_only_listed_people_are_kept_however_their_names_are_written(
    folder: Path, tmp_path: Path
) -> None:
    names = "# held out\nAda_Lovelace\n\nE\N{COMBINING ACUTE ACCENT}lodie\n"

    assert find_pictures(folder, people=written(tmp_path, names)).names == (
        "Ada Lovelace",
        "Élodie",
    )


def test_of_a_split_the_part_kept_apart_is_taken(folder: Path, tmp_path: Path) -> None:
    split = split_people(find_people(folder), folder, rule="by-person", test_share=0.4, seed=0)
    write_split(tmp_path / "split.json", split, folder)

    pictures = find_pictures(folder, people=tmp_path / "split.json")

    assert pictures.places == split.names("test")
    assert 0 < len(pictures.names) < 3


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("people", "Ada Lovelace\nCharles Babbage\n", "names Charles Babbage, not found in"),
        ("people", "a\nb\nc\nd\ne\n", "names a, b, c and 2 more, not found in"),
        ("people", "# nobody\n", "names nobody"),
        ("without", "Ada_Lovelace/9.png\n", "names Ada_Lovelace/9.png, not found in"),
        (
            "without",
            "Ada_Lovelace/1.png\nAda_Lovelace/2.png\nZuse/1.png\nÉlodie/1.png\n",
            "all of its 4 pictures are to be left out",
        ),
    ],
)
def test_lists_that_do_not_fit_the_folder_are_refused(
    folder: Path, tmp_path: Path, option: str, text: str, sentence: str
) -> None:
    with pytest.raises(DatasetError, match=sentence):
        find_pictures(folder, **{option: written(tmp_path, text)})


def test_a_folder_without_pictures_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="found no picture"):
        find_pictures(tmp_path)
    with pytest.raises(MediaError, match="no such file or folder"):
        find_pictures(tmp_path / "gone")


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xff")
    with pytest.raises(DatasetError, match="not text in UTF-8"):
        read_people(tmp_path / "list.txt")


def test_the_digest_is_of_places_and_bytes_and_not_of_where_the_folder_lies(
    folder: Path, tmp_path: Path
) -> None:
    before = data_sha256(find_pictures(folder))
    moved = folder.rename(tmp_path / "elsewhere")
    assert data_sha256(find_pictures(moved)) == before

    (moved / "Zuse" / "1.png").rename(moved / "Zuse" / "2.png")
    renamed = data_sha256(find_pictures(moved))
    assert renamed != before

    (moved / "Zuse" / "2.png").write_bytes(b"other")
    assert data_sha256(find_pictures(moved)) not in {before, renamed}
