"""`playbill train recogniser` from pictures to a gallery that names people."""

import json
import shutil
from importlib import import_module
from itertools import islice
from pathlib import Path

import pytest

from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.gallery_file import read_gallery
from tests.cli.conftest import Playbill
from tests.support.clips import numbered_clip
from tests.support.drawn_people import describer, draw_people

pytestmark = pytest.mark.usefixtures("wide")


@pytest.fixture
def drawn_networks(monkeypatch: pytest.MonkeyPatch) -> list[AnalysisSettings]:
    """Networks that read what is drawn, instead of real ones; how they were asked for."""
    asked: list[AnalysisSettings] = []

    def opened(settings: AnalysisSettings) -> object:
        asked.append(settings)
        return describer()

    command = import_module("playbill.cli.train.recogniser")
    monkeypatch.setattr(command, "open_describer", opened)
    return asked


@pytest.mark.usefixtures("drawn_networks")
def test_gallery_report_page_and_record_are_written(playbill: Playbill, tmp_path: Path) -> None:
    draw_people(tmp_path / "in", [5] * 11 + [1], noise=0.15)

    done = playbill("train", "recogniser", tmp_path / "in", "--out", tmp_path / "cast")

    assert done.code == 0, done.err
    assert "56 pictures of 12 people; 1 with one, not measured" in done.out
    assert "held out: 10 pictures, and 5 of 1 stranger" in done.out
    for words in ("comes", "FPIR 1 %", "centroid", "nearest", "svm", "(answers)"):
        assert words in done.out
    assert f"{tmp_path / 'cast' / 'gallery.npz'}: 12 people, 56 pictures" in done.out
    written = {path.name for path in (tmp_path / "cast").iterdir()}
    assert written == {
        "described.jsonl", "gallery.npz", "held-out.json", "report.html", "report.json",
        "run.json", "strangers.json",
    }  # fmt: skip
    page = (tmp_path / "cast" / "report.html").read_text("utf-8")
    assert "A recogniser of the people of in" in page
    assert "Person 11" in page


def test_options_reach_the_training(
    playbill: Playbill, tmp_path: Path, drawn_networks: list[AnalysisSettings]
) -> None:
    draw_people(tmp_path / "in", [6] * 4, noise=0.15)
    (tmp_path / "people.txt").write_text("Person 0\nPerson 1\nPerson 3\n")
    (tmp_path / "without.txt").write_text("Person_0/1.png\n")

    done = playbill(
        "train", "recogniser", tmp_path / "in", "--out", tmp_path / "cast",
        "--method", "nearest", "--max-images", "4", "--held-out", "0.5", "--held-out-people", "0.4",
        "--keep-held-out", "--strangers", "0.05", "--seed", "3", "--min-face", "32",
        "--people", tmp_path / "people.txt", "--without", tmp_path / "without.txt",
    )  # fmt: skip

    assert done.code == 0, done.err
    report = json.loads((tmp_path / "cast" / "report.json").read_text("utf-8"))
    assert (report["method"], report["chosen"]) == ("nearest", False)
    assert (report["data"]["people"], report["data"]["strangerPeople"]) == (3, 1)
    assert report["data"]["leftOut"] == 1
    assert (report["data"]["held"], report["data"]["overTheMost"]) == (4, 5)
    assert report["gallery"]["strangerRate"] == 0.05
    assert report["galleryPictures"] == 4
    assert drawn_networks[0].min_face_px == 32


@pytest.mark.usefixtures("drawn_networks")
def test_a_split_that_was_written_before_says_what_is_held_out(
    playbill: Playbill, tmp_path: Path
) -> None:
    draw_people(tmp_path / "in", [4] * 4, noise=0.15)
    split = tmp_path / "split.json"
    assert playbill("dataset", "split", tmp_path / "in", "--out", split, "--test", "0.5").code == 0

    done = playbill(
        "train", "recogniser", tmp_path / "in", "--split", split, "--out", tmp_path / "o"
    )

    assert done.code == 0, done.err
    report = json.loads((tmp_path / "o" / "report.json").read_text("utf-8"))
    wanted = json.loads(split.read_text("utf-8"))["parts"]["test"]
    assert sorted(answer["place"] for answer in report["answers"]) == wanted


@pytest.mark.usefixtures("drawn_networks")
def test_pictures_that_cannot_be_used_are_named_and_the_others_go_on(
    playbill: Playbill, tmp_path: Path
) -> None:
    draw_people(tmp_path / "in", [3, 3])
    for number in range(12):
        (tmp_path / "in" / "Person_0" / f"bad{number:02d}.jpg").write_text("no picture")

    done = playbill("train", "recogniser", tmp_path / "in", "--out", tmp_path / "out")

    assert done.code == 0
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert "bad00.jpg" in warnings[0] or "same picture" in warnings[0]
    assert f"more such: see {tmp_path / 'out' / 'report.html'}" in warnings[-1]


@pytest.mark.usefixtures("drawn_networks")
@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([], "there is no such file or folder"),
        ([0], "found no picture"),
    ],
)
def test_no_pictures_are_one_sentence(
    playbill: Playbill, tmp_path: Path, counts: list[int], words: str
) -> None:
    for person, _ in enumerate(counts):
        (tmp_path / "in" / f"Person_{person}").mkdir(parents=True)

    done = playbill("train", "recogniser", tmp_path / "in", "--out", tmp_path / "out")

    assert done.code == 2
    assert len(done.complaints) == 1
    assert words in done.complaints[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("drawn_networks")
def test_the_folder_of_another_training_is_refused_in_one_sentence(
    playbill: Playbill, tmp_path: Path
) -> None:
    draw_people(tmp_path / "in", [2, 2])
    words = ("train", "recogniser", tmp_path / "in", "--out", tmp_path / "out")
    assert playbill(*words).code == 0

    done = playbill(*words, "--method", "centroid")

    assert done.code == 2
    [sentence] = done.complaints
    assert "has settings method = auto, this one centroid; give another folder" in sentence


@pytest.fixture(scope="module")
def some_statesmen(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four of them, without what an archivist put aside."""
    source, target = data_folder / "archive" / "antract", tmp_path_factory.mktemp("statesmen")
    aside = set((source / "disabled.txt").read_text("utf-8").split())
    for person in ("Charles_De_Gaulle", "Konrad_Adenauer", "Georges_Pompidou", "Guy_Mollet"):
        (target / person).mkdir()
        for path in sorted((source / person).iterdir()):
            if f"{person}/{path.name}" not in aside:
                shutil.copy(path, target / person)
    return target


@pytest.mark.models
@pytest.mark.usefixtures("models_folder")
def test_statesmen_are_told_apart(playbill: Playbill, some_statesmen: Path, tmp_path: Path) -> None:
    done = playbill(
        "train", "recogniser", some_statesmen, "--out", tmp_path / "cast", "--models",
        "facenet_vggface2", "--held-out", "0.5", "--held-out-people", "0.25",
    )  # fmt: skip

    assert done.code == 0, done.err
    report = json.loads((tmp_path / "cast" / "report.json").read_text("utf-8"))
    [answers] = [one for one in report["methods"] if one["method"] == report["method"]]
    assert answers["first"]["value"] > 0.9
    assert answers["strangersNamed"]["value"] <= 1 / 9
    assert report["data"]["strangerPeople"] == 1
    assert len(read_gallery(tmp_path / "cast" / "gallery.npz").fitted.gallery.people) == 4


@pytest.mark.models
@pytest.mark.usefixtures("models_folder")
def test_people_of_lfw_are_named_and_the_gallery_is_used(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    homes = (home for home in sorted((data_folder / "lfw").iterdir()) if home.is_dir())
    for home in islice((home for home in homes if len(list(home.iterdir())) >= 10), 3):
        (tmp_path / "in" / home.name).mkdir(parents=True)
        for path in sorted(home.iterdir())[:10]:
            shutil.copy(path, tmp_path / "in" / home.name)

    done = playbill(
        "train", "recogniser", tmp_path / "in", "--out", tmp_path / "cast", "--held-out", "0.5",
        "--models", "facenet_vggface2",
    )  # fmt: skip

    assert done.code == 0, done.err
    report = json.loads((tmp_path / "cast" / "report.json").read_text("utf-8"))
    assert report["data"]["pictures"] + len(report["data"]["refused"]) == 30
    assert report["data"]["held"] >= 10
    assert min(one["first"]["value"] for one in report["methods"]) == 1.0
    assert "no strangers were held out" in done.out
    clip = numbered_clip(tmp_path / "clip.mp4", frames=3)
    used = playbill(
        "analyze", clip, "--gallery", tmp_path / "cast" / "gallery.npz", "--models",
        "facenet_vggface2", "--out", tmp_path / "clip.json",
    )  # fmt: skip
    assert used.code == 0, used.err


@pytest.mark.models
@pytest.mark.usefixtures("models_folder")
def test_where_no_face_is_found_the_first_picture_is_named(
    playbill: Playbill, tmp_path: Path
) -> None:
    draw_people(tmp_path / "in", [2, 2])

    done = playbill(
        "train", "recogniser", tmp_path / "in", "--out", tmp_path / "out", "--models",
        "facenet_vggface2",
    )  # fmt: skip

    assert done.code == 2
    [sentence] = done.complaints
    assert "none of its 4 pictures can be used" in sentence
    assert "found no face" in sentence
