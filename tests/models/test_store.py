import os
from hashlib import sha256
from pathlib import Path

import pytest

from playbill.errors import ModelAltered, ModelError, ModelNotFound, OutputError
from playbill.models.cards import read_card
from playbill.models.store import ModelStore
from tests.support.networks import write_model


def store_of(*folders: Path, home: Path) -> ModelStore:
    return ModelStore(folders, home)


def test_the_default_store_looks_in_the_package_the_variable_and_the_users_folder() -> None:
    store = ModelStore.default({"PLAYBILL_MODELS": os.pathsep.join(["/one", "", "/two"])})

    assert [folder.name for folder in store.folders] == ["starter", "one", "two", "models"]
    assert store.home == store.folders[-1]
    assert "playbill" in store.home.parts


def test_a_model_is_found_by_name_in_the_first_folder_that_has_it(tmp_path: Path) -> None:
    write_model(tmp_path / "a", "tiny")
    write_model(tmp_path / "b", "tiny")
    store = store_of(tmp_path / "a", tmp_path / "b", home=tmp_path / "home")

    assert store.path(store.card("tiny")) == tmp_path / "a" / "tiny.onnx"


def test_an_unknown_name_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    store = store_of(home=tmp_path)

    with pytest.raises(ModelNotFound, match="nobody: no model of that name, known are mtcnn, "):
        store.card("nobody")


def test_a_missing_file_is_refused_with_where_it_was_looked_for_and_comes_from(
    tmp_path: Path,
) -> None:
    store = store_of(tmp_path / "a", home=tmp_path / "home")

    with pytest.raises(ModelNotFound) as refusal:
        store.path(store.card("facenet_vggface2"))
    message = str(refusal.value)
    assert message.startswith("facenet_vggface2: facenet_vggface2.onnx is in none of ")
    assert str(tmp_path / "a") in message
    assert "davidsandberg/facenet" in message


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path, "tiny", b"good")
    path.write_bytes(b"evil")
    store = store_of(tmp_path, home=tmp_path / "home")

    with pytest.raises(ModelAltered) as refusal:
        store.path(store.card("tiny"))
    assert sha256(b"evil").hexdigest()[:12] in str(refusal.value)
    assert sha256(b"good").hexdigest()[:12] in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_weights_that_are_altered_after_they_were_checked_are_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path, "tiny", b"good")
    store = store_of(tmp_path, home=tmp_path / "home")
    store.path(store.card("tiny"))
    before = path.stat()

    path.write_bytes(b"evil")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    with pytest.raises(ModelAltered):
        store.path(store.card("tiny"))


def test_a_good_file_further_back_does_not_hide_an_altered_one(tmp_path: Path) -> None:
    write_model(tmp_path / "a", "tiny").write_bytes(b"evil")
    write_model(tmp_path / "b", "tiny")
    store = store_of(tmp_path / "a", tmp_path / "b", home=tmp_path / "home")

    with pytest.raises(ModelAltered):
        store.path(store.card("tiny"))


def test_the_weights_in_the_mtcnn_package_are_found_without_importing_it(tmp_path: Path) -> None:
    store = store_of(home=tmp_path)

    paths = store.package_files(store.card("mtcnn"))

    assert [path.name for path in paths] == ["pnet.lz4", "rnet.lz4", "onet.lz4"]


def test_a_model_without_a_package_is_not_looked_for_in_one(tmp_path: Path) -> None:
    store = store_of(home=tmp_path)

    with pytest.raises(ModelNotFound, match=r"yolox_nano\.onnx is in none of"):
        store.package_files(store.card("yolox_nano"))


def test_the_status_says_what_is_present_missing_and_altered(tmp_path: Path) -> None:
    write_model(tmp_path, "good")
    write_model(tmp_path, "bad").write_bytes(b"evil")
    write_model(tmp_path, "gone").unlink()
    store = store_of(tmp_path, home=tmp_path / "home")

    states = {status.card.name: status.state for status in store.statuses()}

    assert states["good"] == "present"
    assert states["bad"] == "altered"
    assert states["gone"] == "missing"
    assert states["mtcnn"] == "present"
    assert states["facenet_vggface2"] == "missing"


def test_a_file_that_a_card_vouches_for_is_added_under_the_name_that_the_card_gives(
    tmp_path: Path,
) -> None:
    write_model(tmp_path / "cards", "tiny").rename(tmp_path / "download.bin")
    store = store_of(tmp_path / "cards", home=tmp_path / "home")

    card = store.add([tmp_path / "download.bin"])

    assert card.name == "tiny"
    assert store.path(card) == tmp_path / "home" / "tiny.onnx"


def test_an_unknown_file_is_not_added_without_saying_what_it_is_like(tmp_path: Path) -> None:
    (tmp_path / "my.onnx").write_bytes(b"mine")

    with pytest.raises(ModelError, match=r"my\.onnx: no card vouches for this file"):
        store_of(home=tmp_path / "home").add([tmp_path / "my.onnx"])
    assert not (tmp_path / "home").exists()


def test_a_new_model_is_added_with_a_card_like_that_of_a_known_one(tmp_path: Path) -> None:
    (tmp_path / "my_faces.onnx").write_bytes(b"mine")
    store = store_of(home=tmp_path / "home")

    added = store.add([tmp_path / "my_faces.onnx"], like="facenet_vggface2", licence="CC0-1.0")

    card = read_card(tmp_path / "home" / "my_faces.card.toml")
    assert card == added == store.card("my_faces")
    assert (card.architecture, card.licence, card.strangers) == ("facenet", "CC0-1.0", None)
    assert card.input == store.card("facenet_vggface2").input
    assert store.path(card).read_bytes() == b"mine"


def test_a_new_object_detector_brings_its_own_labels_and_files(tmp_path: Path) -> None:
    for name in ("x.onnx", "x.npy"):
        (tmp_path / name).write_bytes(name.encode())
    store = store_of(home=tmp_path / "home")

    card = store.add(
        [tmp_path / "x.onnx", tmp_path / "x.npy"],
        like="ssd_mobilenet_v1_coco",
        name="my_ssd",
        labels=["logo", "sign"],
    )

    assert [path.name for path in store.files(card)] == ["my_ssd.onnx", "my_ssd.anchors.npy"]
    assert store.card("my_ssd").labels == ("logo", "sign")


def test_a_new_model_cannot_take_the_name_of_a_known_one(tmp_path: Path) -> None:
    (tmp_path / "yolox_nano.onnx").write_bytes(b"mine")

    with pytest.raises(ModelError, match="yolox_nano: a model of that name is already known"):
        store_of(home=tmp_path / "home").add([tmp_path / "yolox_nano.onnx"], like="yolox_nano")


@pytest.mark.parametrize("name", ["../escape", "with space", ".."])
def test_a_new_model_cannot_have_a_name_that_leaves_the_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "my.onnx").write_bytes(b"mine")
    store = store_of(home=tmp_path / "home")

    with pytest.raises(ModelError, match="a model's name has at most 64"):
        store.add([tmp_path / "my.onnx"], like="yolox_nano", name=name)
    assert not list(tmp_path.rglob("*.card.toml"))


def test_a_model_with_the_wrong_number_of_files_is_not_added(tmp_path: Path) -> None:
    (tmp_path / "my.onnx").write_bytes(b"mine")

    with pytest.raises(ModelError, match="a model like mtcnn has 3 files, got 1"):
        store_of(home=tmp_path / "home").add([tmp_path / "my.onnx"], like="mtcnn")


def test_a_file_that_is_not_there_is_not_added(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx: the model file cannot be read"):
        store_of(home=tmp_path / "home").add([tmp_path / "none.onnx"], like="yolox_nano")


def test_a_home_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "my.onnx").write_bytes(b"mine")
    (tmp_path / "home").write_text("a file where the folder should be")

    with pytest.raises(OutputError, match="home: the folder cannot be made: File exists"):
        store_of(home=tmp_path / "home").add([tmp_path / "my.onnx"], like="yolox_nano")
