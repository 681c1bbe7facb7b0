"""A recogniser from a folder of pictures, top to bottom."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from playbill.errors import DatasetError, GalleryError, TrainingError
from playbill.evaluation.recogniser.result import RecogniserEvaluation
from playbill.recognition.gallery_file import read_gallery
from playbill.training.recogniser.run import GALLERY, REPORT, TrainedRecogniser, train_recogniser
from playbill.training.recogniser.settings import RecogniserSettings, RecogniserTraining
from tests.support.drawn_people import describer, draw, draw_people, drawn_point

SETTINGS = RecogniserSettings(held_out=0.5, held_out_people=0.25)


def train(
    source: Path, out: Path, settings: RecogniserSettings = SETTINGS, *, strangers: bool = True
) -> TrainedRecogniser:
    training = RecogniserTraining(source, settings)
    return train_recogniser(training, describer(strangers=strangers), out)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight people with six pictures each who are easily told apart, and one with one."""
    source = tmp_path_factory.mktemp("people")
    draw_people(source, [6] * 8 + [1], noise=0.15)
    return source


@pytest.fixture(scope="module")
def trained(people: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedRecogniser:
    return train(people, tmp_path_factory.mktemp("out") / "cast")


@pytest.fixture(scope="module")
def found(trained: TrainedRecogniser) -> RecogniserEvaluation:
    return trained.evaluation


def test_every_method_is_measured_on_what_was_held_out(found: RecogniserEvaluation) -> None:
    assert [one.method for one in found.methods] == ["centroid", "nearest", "svm"]
    for one in found.methods:
        assert (one.first.value, one.first.n) == (1.0, found.data.held)
        assert one.right.value + one.wrong.value + one.unknown.value == pytest.approx(1)
        assert one.strangers_named is not None
        assert (one.strangers_named.value, one.strangers_named.n) == (0.0, found.data.strangers)
        assert one.at_fpir is not None
        assert one.at_fpir.fnir.value == 0
    assert found.not_measured == ()


def test_the_best_in_turn_answers_and_it_is_what_was_measured(found: RecogniserEvaluation) -> None:
    shares = {one.method: one.in_folds or 0 for one in found.methods}

    assert shares[found.method] == max(shares.values())
    assert found.gallery.method == found.method
    assert found.chosen


def test_the_figures_rest_on_the_pictures_that_are_said(found: RecogniserEvaluation) -> None:
    data = found.data

    assert (data.pictures, data.people, data.people_with_one) == (49, 9, 1)
    assert data.learned + data.held + data.strangers == 49
    assert data.stranger_people == 2


def test_the_table_of_people_adds_up(found: RecogniserEvaluation) -> None:
    by_part = {
        part: [one for one in found.people if one.part == part]
        for part in ("measured", "stranger", "enrolled")
    }

    assert sum(map(len, by_part.values())) == 9
    assert sum(one.asked for one in by_part["measured"]) == found.data.held
    assert sum(one.asked for one in by_part["stranger"]) == found.data.strangers
    for one in found.people:
        assert one.right + one.wrong + one.unknown == one.asked
    single = next(one for one in found.people if one.name == "Person 8")
    assert (single.pictures, single.asked) == (1, single.asked if single.part == "stranger" else 0)


def test_the_gallery_is_of_everything(trained: TrainedRecogniser) -> None:
    gallery = read_gallery(trained.path).fitted.gallery

    assert len(gallery) == trained.evaluation.gallery_pictures == 49
    assert sorted(person.name for person in gallery.people) == [f"Person {i}" for i in range(9)]


def test_what_was_held_out_stays_out_where_that_is_asked_for(people: Path, tmp_path: Path) -> None:
    kept = train(people, tmp_path, replace(SETTINGS, keep_held_out=True))
    gallery = read_gallery(kept.path).fitted.gallery

    assert len(gallery) == kept.evaluation.data.learned
    assert len(gallery.people) == 9 - kept.evaluation.data.stranger_people


def test_the_method_that_is_asked_for_answers(people: Path, tmp_path: Path) -> None:
    for method in ("nearest", "svm"):
        found = train(people, tmp_path / method, replace(SETTINGS, method=method)).evaluation
        choice = read_gallery(tmp_path / method / GALLERY).fitted.choice

        assert (found.method, found.gallery.method, choice.method) == (method,) * 3
        assert not found.chosen
        assert len(found.methods) == 3


def test_the_report_is_an_evaluation_and_the_record_says_all(trained: TrainedRecogniser) -> None:
    folder = trained.path.parent
    report = json.loads((folder / REPORT).read_text("utf-8"))
    record = json.loads((folder / "run.json").read_text("utf-8"))

    assert (report["schema"], report["kind"]) == ("playbill-evaluation/1", "recogniser")
    assert report["gallery"]["sha256"] == record["outputs"][0]["sha256"]
    assert report["data"]["sha256"] == record["data"]["sha256"]
    assert record["settings"]["seed"] == 0
    assert record["settings"]["face embedding"]["name"] == "fake"
    assert record["measures"]["right person first"] == 1.0
    assert len(report["answers"]) == report["data"]["held"] + report["data"]["strangers"]


def test_the_same_training_again_has_the_same_figures_and_keeps_the_ids_of_people(
    people: Path, tmp_path: Path
) -> None:
    first = train(people, tmp_path)
    ids = read_gallery(first.path).fitted.gallery.people
    second = train(people, tmp_path)

    assert read_gallery(second.path).fitted.gallery.people == ids
    assert second.evaluation.answers == first.evaluation.answers
    assert len(json.loads((tmp_path / "run.json").read_text("utf-8"))["sessions"]) == 2


def test_a_wrong_name_is_seen(people: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    shutil.copytree(people, source)
    vector = drawn_point(people / "Person_1" / "0.png")
    draw(source / "Person_2" / "wrong.png", 0.97 * vector)

    doubts = train(source, tmp_path / "out").evaluation.doubtful_names

    assert [(one.place, one.looks_like) for one in doubts] == [("Person_2/wrong.png", "Person 1")]


def test_one_person_is_measured_and_an_svm_of_them_refused(tmp_path: Path) -> None:
    draw_people(tmp_path / "in", [6], noise=0.1)
    found = train(tmp_path / "in", tmp_path / "out").evaluation

    assert [one.method for one in found.methods] == ["centroid", "nearest"]
    assert found.data.held == 3
    assert "no strangers were held out" in found.not_measured[0]
    with pytest.raises(DatasetError, match="there is one person, expected two"):
        train(tmp_path / "in", tmp_path / "svm", replace(SETTINGS, method="svm"))


def test_people_with_one_picture_each_are_enrolled_and_it_is_said_that_nothing_was_measured(
    tmp_path: Path,
) -> None:
    draw_people(tmp_path / "in", [1, 1, 1])
    found = train(tmp_path / "in", tmp_path / "out").evaluation

    assert (found.methods, found.measured, found.answers) == ((), None, ())
    assert "nobody who is enrolled has two pictures" in found.not_measured[-1]
    assert {one.part for one in found.people} == {"enrolled"}
    assert len(read_gallery(tmp_path / "out" / GALLERY).fitted.gallery) == 3


def test_nothing_to_hold_out_can_be_asked_for(people: Path, tmp_path: Path) -> None:
    settings = RecogniserSettings(held_out=0, held_out_people=0, method="nearest")
    found = train(people, tmp_path, settings).evaluation

    assert (found.data.learned, found.data.held, found.method) == (0, 0, "nearest")
    assert len(found.not_measured) == 2


def test_the_folder_of_another_training_is_refused(people: Path, tmp_path: Path) -> None:
    train(people, tmp_path)
    before = (tmp_path / GALLERY).read_bytes()

    with pytest.raises(TrainingError, match="has settings seed = 0, this one 1; give another"):
        train(people, tmp_path, replace(SETTINGS, seed=1))
    assert (tmp_path / GALLERY).read_bytes() == before
    record = json.loads((tmp_path / "run.json").read_text("utf-8"))
    (tmp_path / "run.json").write_text(json.dumps(record | {"training": "faces"}))
    with pytest.raises(TrainingError, match="a training of faces was begun there"):
        train(people, tmp_path)


def test_without_stranger_scores_a_few_people_are_refused(people: Path, tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="does not say what strangers score"):
        train(people, tmp_path, strangers=False)


def test_torch_is_not_loaded() -> None:
    code = (
        "import sys, playbill.training.recogniser.run\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'lightning')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.strip() == "[]"
