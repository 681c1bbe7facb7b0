"""Lists of pictures to leave out."""

import unicodedata
from pathlib import Path

import pytest

from playbill.datasets.left_out import LeftOut, read_left_out, write_left_out
from playbill.errors import DatasetError, OutputError


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_left_out(tmp_path / "out.txt", ["B b/2.png", "A/1.png"])

    assert (tmp_path / "out.txt").read_text("utf-8") == "A/1.png\nB b/2.png\n"
    assert list(read_left_out(tmp_path / "out.txt")) == ["A/1.png", "B b/2.png"]


def test_empty_lines_and_a_byte_order_mark_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_bytes(b"\xef\xbb\xbfA/1.png\r\n\r\n B/2.png \n")

    assert list(read_left_out(tmp_path / "out.txt")) == ["A/1.png", "B/2.png"]


def test_an_accent_may_be_put_together_in_two_ways() -> None:
    apart = unicodedata.normalize("NFD", "François/1.png")

    assert apart in LeftOut.of(["François/1.png"])
    assert "François/1.png" in LeftOut.of([apart])
    assert LeftOut.of([apart]).missing(["François/1.png"]) == []


def test_lines_that_name_no_picture_are_told() -> None:
    assert LeftOut.of(["A/1.png", "A/l.png"]).missing(["A/1.png", "A/2.png"]) == ["A/l.png"]


def test_a_list_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xff")

    with pytest.raises(DatasetError, match=r"gone\.txt: cannot be read: no such file"):
        read_left_out(tmp_path / "gone.txt")
    with pytest.raises(DatasetError, match=r"picture\.png: is not text in UTF-8"):
        read_left_out(tmp_path / "picture.png")


def test_a_list_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_left_out(tmp_path / "gone" / "out.txt", ["A/1.png"])


def test_a_name_that_is_not_in_utf_8_cannot_be_listed(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot list 'Jos.*, a name that is not in UTF-8"):
        write_left_out(tmp_path / "out.txt", ["A/1.png", "Jos\udce9/1.png"])
    assert not list(tmp_path.iterdir())
