from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from playbill.errors import ModelAltered, ModelError, ModelNotFound
from playbill.models.pull import fetch
from playbill.models.store import ModelStore
from tests.support.file_server import FileServer, file_server
from tests.support.networks import card_toml

CONTENT = bytes(range(256)) * 4096
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as files:
        files.files["tiny.onnx"] = CONTENT
        yield files


def part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def test_a_file_comes_whole_and_its_progress_is_told(server: FileServer, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []

    fetch(
        server.url("tiny.onnx"), tmp_path / "new" / "tiny.onnx", DIGEST, lambda *p: told.append(p)
    )

    assert (tmp_path / "new" / "tiny.onnx").read_bytes() == CONTENT
    assert told[-1] == ("tiny.onnx", len(CONTENT), len(CONTENT))
    assert [so_far for _, so_far, _ in told] == sorted({so_far for _, so_far, _ in told})
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "tiny.onnx"]


def test_a_cut_connection_keeps_its_part_and_the_next_try_goes_on_from_there(
    server: FileServer, tmp_path: Path
) -> None:
    target = tmp_path / "tiny.onnx"
    server.cut_after = 300_000

    with pytest.raises(ModelError, match=r"the transfer to .* stopped"):
        fetch(server.url("tiny.onnx"), target, DIGEST)
    assert not target.exists()
    assert part_of(target).stat().st_size == 300_000

    told: list[tuple[str, int, int | None]] = []
    fetch(server.url("tiny.onnx"), target, DIGEST, lambda *p: told.append(p))

    assert target.read_bytes() == CONTENT
    assert server.asked[-1] == ("/tiny.onnx", "bytes=300000-")
    assert told[-1] == ("tiny.onnx", len(CONTENT), len(CONTENT))


def test_a_server_that_knows_no_parts_sends_all_again(server: FileServer, tmp_path: Path) -> None:
    target = tmp_path / "tiny.onnx"
    part_of(target).write_bytes(CONTENT[:1000])
    server.ranges = False

    fetch(server.url("tiny.onnx"), target, DIGEST)

    assert target.read_bytes() == CONTENT


def test_a_part_that_is_already_whole_is_taken(server: FileServer, tmp_path: Path) -> None:
    target = tmp_path / "tiny.onnx"
    part_of(target).write_bytes(CONTENT)

    fetch(server.url("tiny.onnx"), target, DIGEST)

    assert target.read_bytes() == CONTENT


def test_wrong_bytes_are_refused_and_nothing_is_kept(server: FileServer, tmp_path: Path) -> None:
    server.files["tiny.onnx"] = b"something else"

    with pytest.raises(ModelAltered, match="what came has sha256"):
        fetch(server.url("tiny.onnx"), tmp_path / "tiny.onnx", DIGEST)
    assert not list(tmp_path.iterdir())


def test_a_file_that_the_server_does_not_have_is_told_with_its_answer(
    server: FileServer, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="none: the server answers 404 Not Found"):
        fetch(server.url("none"), tmp_path / "tiny.onnx", DIGEST)
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with file_server() as gone:
        address = gone.url("tiny.onnx")

    with pytest.raises(ModelError, match="Connection refused"):
        fetch(address, tmp_path / "tiny.onnx", DIGEST)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "tiny.onnx", ""])
def test_only_http_addresses_are_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="over http or https only"):
        fetch(url, tmp_path / "tiny.onnx", DIGEST)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "tiny.card.toml").write_text(card_toml("tiny.onnx", CONTENT))
    return ModelStore([tmp_path / "cards"], tmp_path / "home")


def test_a_model_is_pulled_into_the_users_folder_and_not_twice(
    server: FileServer, store: ModelStore
) -> None:
    assert store.pull("tiny", server.url("tiny.onnx")) == (store.home / "tiny.onnx",)
    store.pull("tiny", server.url("tiny.onnx"))

    assert len(server.asked) == 1


def test_a_model_of_several_files_is_pulled_from_a_folder(
    server: FileServer, store: ModelStore
) -> None:
    text = card_toml("tiny.onnx", CONTENT) + (
        f'\n[[files]]\nname = "tiny.npy"\nsha256 = "{sha256(b"more").hexdigest()}"\n'
    )
    (store.folders[0] / "tiny.card.toml").write_text(text)
    server.files |= {"models/tiny.onnx": CONTENT, "models/tiny.npy": b"more"}

    paths = store.pull("tiny", server.url("models/"))

    assert [path.name for path in paths] == ["tiny.onnx", "tiny.npy"]


def test_the_address_on_the_card_is_used_when_no_other_is_given(
    server: FileServer, store: ModelStore
) -> None:
    text = card_toml("tiny.onnx", CONTENT) + f'url = "{server.url("tiny.onnx")}"\n'
    (store.folders[0] / "tiny.card.toml").write_text(text)

    assert store.pull("tiny")[0].read_bytes() == CONTENT


def test_a_model_of_which_nobody_says_where_it_is_is_not_looked_for(store: ModelStore) -> None:
    with pytest.raises(ModelNotFound, match=r"nobody says where tiny\.onnx .* comes from a test"):
        store.pull("tiny")


def test_nothing_is_fetched_when_a_model_is_only_asked_for(
    server: FileServer, store: ModelStore
) -> None:
    text = card_toml("tiny.onnx", CONTENT) + f'url = "{server.url("tiny.onnx")}"\n'
    (store.folders[0] / "tiny.card.toml").write_text(text)

    with pytest.raises(ModelNotFound):
        store.path(store.card("tiny"))
    assert not server.asked
