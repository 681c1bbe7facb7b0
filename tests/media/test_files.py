import hashlib
from pathlib import Path

import pytest

from playbill.errors import MediaError
from playbill.media.files import find_media, sha256_of
from playbill.media.signatures import impostor, is_text, picture_format
from tests.support.users import unprivileged


def test_media_are_found_by_suffix_in_order(tmp_path: Path) -> None:
    names = ["b/2.MP4", "b/1.jpg", "a.png", "c.txt", ".hidden.jpg", ".git/x.png", "b/c/d.mkv"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = [str(path.relative_to(tmp_path)) for path in find_media(tmp_path)]

    assert found == ["a.png", "b/1.jpg", "b/2.MP4", "b/c/d.mkv"]


def test_a_file_that_is_named_is_always_given(tmp_path: Path) -> None:
    path = tmp_path / ".odd.name"
    path.touch()

    assert list(find_media(path)) == [path]


def test_links_that_go_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "again").symlink_to(tmp_path)

    assert list(find_media(tmp_path)) == [tmp_path / "a.jpg"]


def test_a_path_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="there is no such file or folder"):
        list(find_media(tmp_path / "none"))


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)

    with unprivileged(), pytest.raises(MediaError, match=r"cannot be \w+: permission denied"):
        list(find_media(folder))


def test_the_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 9999)

    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "bmp"),
        (b"BMW is a car, and this a text", None),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heif"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "avif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_first_bytes(head: bytes, form: str | None) -> None:
    assert picture_format(head) == form


@pytest.mark.parametrize(
    "head", [b"\n#EXTM3U\n", b"\xef\xbb\xbfffconcat version 1.0", b"SUBFILE,,start,0,end,9,,:a"]
)
def test_lists_of_files_are_told_in_any_dress(head: bytes) -> None:
    assert impostor(head)


def test_text_may_be_cut_in_the_middle_of_a_letter() -> None:
    assert is_text("Grüße".encode()[:3])
    assert not is_text(b"\0\1\2")
