"""Folders of people, read and written."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbill.datasets.left_out import LeftOut
from playbill.datasets.people import PersonPicture, find_people, place_of, write_people
from playbill.errors import DatasetError, MediaError, OutputError
from tests.support.patterns import patterned


def named(source: Path, name: str | None = None) -> list[tuple[str, str]]:
    return [(p.path.name, p.name) for p in find_people(source, name)]


def test_a_folder_in_the_folder_is_a_person(tmp_path: Path) -> None:
    patterned(tmp_path / "Ada_Lovelace" / "1.png", 1)
    patterned(tmp_path / "Ada_Lovelace" / "young" / "2.png", 2)
    patterned(tmp_path / "李 小龙" / "a.png", 3)

    assert named(tmp_path) == [
        ("1.png", "Ada Lovelace"),
        ("2.png", "Ada Lovelace"),
        ("a.png", "李 小龙"),
    ]


def test_a_picture_in_the_folder_is_a_person_named_as_the_file(tmp_path: Path) -> None:
    patterned(tmp_path / "Ada_Lovelace.png", 1)
    (tmp_path / "clip.mp4").write_bytes(b"not a picture")

    assert named(tmp_path) == [("Ada_Lovelace.png", "Ada Lovelace")]


def test_a_single_picture_is_named_as_the_file_or_as_told(tmp_path: Path) -> None:
    portrait = patterned(tmp_path / "Ada_Lovelace.png", 1)

    assert named(portrait) == [("Ada_Lovelace.png", "Ada Lovelace")]
    assert named(portrait, "Countess") == [("Ada_Lovelace.png", "Countess")]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="found no picture"):
        named(tmp_path)
    with pytest.raises(MediaError, match="no such file"):
        named(tmp_path / "gone")


def test_pictures_on_a_list_are_left_out(tmp_path: Path) -> None:
    for person, file in (("Ada", "1.png"), ("Ada", "2.png"), ("Bob", "1.png")):
        patterned(tmp_path / person / file, 1)

    found = find_people(tmp_path, without=LeftOut.of(["Ada/1.png"]))

    assert [place_of(p.path, tmp_path) for p in found] == ["Ada/2.png", "Bob/1.png"]


def test_leaving_out_everything_is_refused(tmp_path: Path) -> None:
    patterned(tmp_path / "Ada" / "1.png", 1)

    with pytest.raises(DatasetError, match="all of its 1 pictures are to be left out"):
        list(find_people(tmp_path, without=LeftOut.of(["Ada/1.png"])))


@pytest.mark.parametrize("copy", [True, False])
def test_what_is_written_is_found_again(tmp_path: Path, copy: bool) -> None:
    pictures = [
        PersonPicture(patterned(tmp_path / "in" / "a.png", 1), "Ada Lovelace"),
        PersonPicture(patterned(tmp_path / "in" / "b.png", 2), "李 小龙"),
    ]

    written = write_people(pictures, tmp_path / "out", copy=copy)

    assert list(find_people(tmp_path / "out")) == written
    assert [picture.name for picture in written] == ["Ada Lovelace", "李 小龙"]
    assert [p.path.read_bytes() for p in written] == [p.path.read_bytes() for p in pictures]
    assert [p.path.is_symlink() for p in written] == [not copy, not copy]


def test_pictures_that_are_called_the_same_do_not_meet(tmp_path: Path) -> None:
    one, other = patterned(tmp_path / "x" / "1.png", 1), patterned(tmp_path / "y" / "1.png", 2)

    written = write_people(
        [PersonPicture(one, "Ada"), PersonPicture(other, "Ada")], tmp_path / "out", copy=True
    )

    assert [picture.path.name for picture in written] == ["1.png", "1-2.png"]
    assert written[1].path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["", "..", ".hidden", "AC/DC", "nul\0"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    picture = PersonPicture(patterned(tmp_path / "1.png", 1), name)

    with pytest.raises(DatasetError, match="expected a name that a folder can have"):
        write_people([picture], tmp_path / "out", copy=True)


@pytest.mark.parametrize("copy", [True, False])
def test_a_picture_that_is_gone_is_refused(tmp_path: Path, copy: bool) -> None:
    with pytest.raises(MediaError, match=r"gone\.png: cannot be read"):
        write_people([PersonPicture(tmp_path / "gone.png", "Ada")], tmp_path / "out", copy=copy)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(OutputError, match="cannot be made"):
        write_people(
            [PersonPicture(patterned(tmp_path / "1.png", 1), "Ada")], tmp_path / "out", copy=True
        )


WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4, min_size=1)
)
def test_names_survive_a_round_trip(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("people")
    picture = patterned(folder / "in.png", 1)

    write_people([PersonPicture(picture, name) for name in names], folder / "out", copy=False)

    assert sorted(found.name for found in find_people(folder / "out")) == sorted(names)
