from pathlib import Path

import pytest

from playbill.datasets.reading import read_classes
from playbill.errors import DatasetError


def test_classes_are_listed_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(b"\xef\xbb\xbfmask\r\n\n hot dog \n")

    assert read_classes(path) == ("mask", "hot dog")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"mask\nmask\n", "expected a class a line, each once; found mask more than once"),
        (b" \n", "each once; found none"),
        (b"\xff", "expected UTF-8 text"),
        (None, "cannot be read: no such file"),
    ],
)
def test_what_is_no_list_of_classes_is_refused(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "labels.txt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DatasetError, match=words):
        read_classes(path)
