"""`playbill evaluate` as a person meets it, with the real networks."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.models.cards import card_text, package_cards, read_card
from tests.cli.conftest import Playbill

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder", "wide")]


@pytest.fixture(scope="module")
def statesmen(data_folder: Path) -> Path:
    return data_folder / "archive" / "antract"


def some_people(source: Path, target: Path, people: int, each: int) -> Path:
    homes = sorted(path for path in source.iterdir() if path.is_dir())[:people]
    for home in homes:
        (target / home.name).mkdir(parents=True)
        for path in sorted(home.glob("*.png"))[:each]:
            shutil.copy(path, target / home.name)
    return target


def test_faces_are_measured_and_written_down(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    outcome = playbill(
        "evaluate", "faces", statesmen, "--without", statesmen / "disabled.txt",
        "--json", tmp_path / "faces.json", "--html", tmp_path / "faces.html",
    )  # fmt: skip

    assert outcome.code == 0
    assert "playbill-face" in outcome.out
    document = json.loads((tmp_path / "faces.json").read_text("utf-8"))
    assert document["schema"] == "playbill-evaluation/1"
    assert (document["data"]["pictures"], document["data"]["leftOut"]) == (108, 48)
    [result] = document["networks"]
    assert result["leaveOneOut"]["nearest"]["value"] > 0.95
    assert result["closedSets"][0]["first"]["value"] > 0.95
    groups = {group["name"]: group["pictures"] for group in result["groups"]}
    assert groups["grey"] == 108
    assert result["network"]["sha256"] == package_cards()["playbill-face"].files[0].sha256
    assert "antract" in (tmp_path / "faces.html").read_text("utf-8")


def test_objects_are_measured_beside_pycocotools(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    labels = json.loads((data_folder / "coco" / "instances_val.json").read_text("utf-8"))
    labels["images"] = labels["images"][:12]
    kept = {image["id"] for image in labels["images"]}
    labels["annotations"] = [one for one in labels["annotations"] if one["image_id"] in kept]
    (tmp_path / "labels.json").write_text(json.dumps(labels))

    outcome = playbill(
        "evaluate", "objects", tmp_path / "labels.json", "--pictures", data_folder / "coco" / "val",
        "--models", "yolox_nano", "--json", tmp_path / "objects.json",
        "--html", tmp_path / "objects.html",
    )  # fmt: skip

    assert outcome.code == 0
    document = json.loads((tmp_path / "objects.json").read_text("utf-8"))
    [result] = document["networks"]
    assert document["data"]["pictures"] == 12
    assert result["judgement"]["overall"]["ap50"] > 0.3
    assert 0.1 < result["best"]["score"] < 0.9
    assert "<svg viewBox" in (tmp_path / "objects.html").read_text("utf-8")


def test_a_gallery_is_measured_on_what_it_was_not_made_of(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    enrolled = some_people(statesmen, tmp_path / "cast", people=4, each=5)
    everybody = some_people(statesmen, tmp_path / "all", people=6, each=8)
    playbill("enrol", enrolled, "--out", tmp_path / "cast.npz")

    outcome = playbill(
        "evaluate", "gallery", tmp_path / "cast.npz", everybody,
        "--json", tmp_path / "gallery.json", "--html", tmp_path / "gallery.html",
    )  # fmt: skip

    assert outcome.code == 0
    document = json.loads((tmp_path / "gallery.json").read_text("utf-8"))
    data = document["data"]
    assert (data["knownPeople"], data["strangers"]) == (4, 2)
    assert data["asked"] + len(data["enrolled"]) == 48
    assert "were enrolled, and not asked about" in outcome.out
    assert document["right"]["value"] + document["fnir"]["value"] == pytest.approx(1)


def test_a_gallery_of_another_network_is_refused(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    people = some_people(statesmen, tmp_path / "cast", people=2, each=3)
    playbill("enrol", people, "--out", tmp_path / "cast.npz", "--models", "facenet_vggface2")
    with np.load(tmp_path / "cast.npz") as file:
        arrays = dict(file)
    header = arrays["header"].tobytes().replace(b"15b0c752e7ac", b"000000000000")
    np.savez(tmp_path / "other.npz", **{**arrays, "header": np.frombuffer(header, np.uint8)})
    unknown = header.replace(b"facenet_vggface2", b"facenet_unheard0")
    np.savez(tmp_path / "unheard.npz", **{**arrays, "header": np.frombuffer(unknown, np.uint8)})

    other = playbill("evaluate", "gallery", tmp_path / "other.npz", people)
    unheard = playbill("evaluate", "gallery", tmp_path / "unheard.npz", people)

    assert (other.code, unheard.code) == (2, 2)
    [sentence] = other.complaints
    assert "facenet_vggface2@000000000000" in sentence
    assert "expected the same one" in sentence
    [sentence] = unheard.complaints
    assert "facenet_unheard0@000000000000, which is not here" in sentence


def test_what_strangers_score_goes_into_the_card_of_the_network_that_was_measured_and_no_other(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    people = some_people(statesmen, tmp_path / "people", people=13, each=2)
    for home in sorted(people.iterdir())[6:]:
        sorted(home.iterdir())[0].unlink()
    card = package_cards()["playbill-face"]
    own, other = (tmp_path / place / "playbill-face.card.toml" for place in ("own", "other"))
    for path, digest in ((own, card.files[0].sha256), (other, "0" * 64)):
        path.parent.mkdir()
        file = replace(card.files[0], sha256=digest)
        unmeasured = replace(card, files=(file,), strangers=None, known=None, cohort=None)
        path.write_text(card_text(unmeasured))
    words = ("evaluate", "strangers", people, "--models", "playbill-face", "--card")

    measured, refused = playbill(*words, own), playbill(*words, other)

    assert measured.code == 0, measured.err
    written = read_card(own).strangers
    assert written is not None
    assert f"playbill-face@{card.files[0].sha256[:12]}" in written.measured_on
    [sentence] = refused.complaints
    assert "with sha256 000000000000..., measured would be" in sentence
    assert read_card(other).strangers is None


def test_each_bad_input_is_one_sentence(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    alone = some_people(statesmen, tmp_path / "alone", people=1, each=3)
    single = some_people(statesmen, tmp_path / "single", people=3, each=1)
    (tmp_path / "empty").mkdir()
    (tmp_path / "pairs.txt").write_text("2\t300\nnonsense\n")
    (tmp_path / "people.txt").write_text("Nobody At All\n")
    cases = {
        ("faces", tmp_path / "empty"): "found no picture",
        ("faces", tmp_path / "gone"): "no such file or folder",
        ("faces", alone): "expected at least two people",
        ("faces", single): "3 people with one picture each",
        ("faces", statesmen, "--pairs", tmp_path / "pairs.txt"): "pairs.txt: line 1 announces",
        ("faces", statesmen, "--people", tmp_path / "people.txt"): "names Nobody At All",
        ("faces", statesmen, "--models", "yolox_nano"): "is for object-detection",
        ("objects", tmp_path / "empty"): "empty",
        ("objects", statesmen, "--models", "mtcnn"): "is for face-detection",
        ("gallery", tmp_path / "gone.npz", statesmen): "gone.npz: cannot be read",
    }
    for words, said in cases.items():
        outcome = playbill("evaluate", *words)
        assert outcome.code == 2, words
        [sentence] = outcome.complaints
        assert said in sentence


def test_a_broken_picture_does_not_stop_the_others(
    playbill: Playbill, statesmen: Path, tmp_path: Path
) -> None:
    people = some_people(statesmen, tmp_path / "people", people=3, each=4)
    (people / "Ahmed_Ben_Bella" / "broken.png").write_bytes(b"no picture")
    Pillow.new("RGB", (80, 80)).save(people / "Ahmed_Ben_Bella" / "black.png")

    outcome = playbill("evaluate", "faces", people, "--json", tmp_path / "out.json")

    assert outcome.code == 2
    [sentence] = outcome.complaints
    assert "broken.png" in sentence
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert document["data"]["withoutFace"] == ["Ahmed_Ben_Bella/black.png"]
