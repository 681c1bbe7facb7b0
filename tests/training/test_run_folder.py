import json
from pathlib import Path

import pytest

from playbill.errors import OutputError, TrainingError
from playbill.training.run_folder import RECORD, RunFolder

SETTINGS = {"learning_rate": 0.001, "sizes": (1, 2)}


def opened(folder: Path, **changes: object) -> RunFolder:
    wanted = {"what": "faces", "settings": SETTINGS, "data": {"pictures": 3}} | changes
    return RunFolder.open(folder, **wanted)  # type: ignore[arg-type]


def test_the_record_says_what_would_repeat_the_training(tmp_path: Path) -> None:
    opened(tmp_path / "run").finish({"pairs": 0.9}, [{"file": "a.onnx", "sha256": "0"}])

    record = json.loads((tmp_path / "run" / RECORD).read_text())
    assert record["schema"] == "playbill-training/1"
    assert record["settings"] == {"learning_rate": 0.001, "sizes": [1, 2]}
    assert record["data"] == {"pictures": 3}
    [session] = record["sessions"]
    assert session["versions"].keys() >= {"playbill", "torch", "numpy"}
    assert session["command"]
    assert record["measures"] == {"pairs": 0.9}
    assert record["outputs"] == [{"file": "a.onnx", "sha256": "0"}]
    assert record["ended"] >= record["began"]


def test_the_same_training_goes_on_in_its_folder(tmp_path: Path) -> None:
    opened(tmp_path)
    opened(tmp_path)

    assert len(json.loads((tmp_path / RECORD).read_text())["sessions"]) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"settings": SETTINGS | {"learning_rate": 0.01}},
            r"has settings learning_rate = 0.001, this one 0.01; give another folder",
        ),
        ({"data": {"pictures": 4}}, r"has data pictures = 3, this one 4"),
        ({"what": "objects"}, r"a training of faces was begun there, this is one of objects"),
    ],
)
def test_another_training_is_refused_with_what_differs(
    changes: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    opened(tmp_path)

    with pytest.raises(TrainingError, match=sentence):
        opened(tmp_path, **changes)
    assert len(json.loads((tmp_path / RECORD).read_text())["sessions"]) == 1


def test_two_do_not_train_in_one_folder_at_once(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with pytest.raises(TrainingError, match="another process trains there, expected one at a time"):
        opened(tmp_path)

    del first
    opened(tmp_path)
    assert len(json.loads((tmp_path / RECORD).read_text())["sessions"]) == 2


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK"])
def test_of_several_processes_the_first_alone_writes_the_record(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")

    opened(tmp_path).finish({}, [])

    assert not (tmp_path / RECORD).exists()


NO_PARTS = '{"schema": "playbill-training/1"}'


@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "other/1"}', NO_PARTS])
def test_a_record_that_is_none_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(content)

    with pytest.raises(TrainingError, match=r"run\.json"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="the folder cannot be made"):
        opened(tmp_path / "file" / "run")
