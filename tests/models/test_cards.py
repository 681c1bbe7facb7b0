from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from playbill.core.labels import COCO_80
from playbill.core.score_table import ScoreTable
from playbill.errors import ModelError
from playbill.models.cards import (
    CohortFile,
    Known,
    ModelFile,
    Strangers,
    card_text,
    joint_sha256,
    package_cards,
    read_card,
)
from playbill.models.thresholds import ClassThreshold, Thresholds
from tests.support.networks import card_toml

TABLE = ScoreTable((1, 10), (0.1, 0.9), ((0.0, 0.25), (0.0, 0.5)))
CARD = card_toml("tiny.onnx", b"weights")


def written(folder: Path, text: str, name: str = "tiny") -> Path:
    path = folder / f"{name}.card.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_cards_of_the_package_name_every_model_of_the_system() -> None:
    cards = package_cards()

    tasks = {name: card.task for name, card in cards.items()}
    assert tasks == {
        "mtcnn": "face-detection",
        "yunet": "face-detection",
        "facenet_vggface2": "face-embedding",
        "ssd_mobilenet_v1_coco": "object-detection",
        "yolox_nano": "object-detection",
        "yolox_nano_x6": "object-detection",
        "playbill-face": "face-embedding",
        "playbill-ssd": "object-detection",
        "playbill-yolox": "object-detection",
        "playbill-yolox-x6": "object-detection",
    }
    assert cards["ssd_mobilenet_v1_coco"].labels == COCO_80
    assert len(cards["mtcnn"].files) == 3


def test_every_card_says_licence_and_source() -> None:
    assert all(card.licence and card.source for card in package_cards().values())


@pytest.mark.parametrize("name", list(package_cards()))
def test_a_card_that_is_written_reads_as_the_same_card(name: str, tmp_path: Path) -> None:
    card = replace(package_cards()[name], package=None)

    assert read_card(written(tmp_path, card_text(card), name)) == card


def test_a_card_with_strangers_own_labels_and_odd_letters_reads_back(tmp_path: Path) -> None:
    card = replace(
        read_card(written(tmp_path, CARD)),
        source='a "quoted" \\ path\nof two lines \x7f \U0001f600',
        label_set="own",
        labels=("chien", "überall"),
        strangers=Strangers(0.03, 0.12, ((0.5, 0.02), (0.99, 0.36)), 12_345, "nobody", TABLE),
        known=Known(TABLE, 99, "somebody"),
        cohort=CohortFile(ModelFile("tiny.cohort.npz", "cd" * 32), 9, 8, 'the "others"'),
        files=(ModelFile("tiny.onnx", "ab" * 32, "https://example.org/tiny.onnx"),),
    )

    assert read_card(written(tmp_path, card_text(card))) == card


THRESHOLDS = Thresholds(
    0.8, 0.9, 0.41, 0.8, (ClassThreshold("chien", 0.5, 0.875, 3),), 317, 'a "set"; float32'
)


def test_a_card_with_thresholds_reads_back(tmp_path: Path) -> None:
    card = replace(read_card(written(tmp_path, CARD)), thresholds=THRESHOLDS)

    assert read_card(written(tmp_path, card_text(card))) == card


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("0.875, 3]", "0.875]"), "classes must be [label, shown, sure, n] rows"),
        (("0.875, 3]", "0.25, 3]"), "what is sure must be shown"),
        (("shown = 0.41", "shown = 0.0"), "scores must be above 0"),
        (("precision = 0.8", "precision = 1.5"), "a precision must lie between 0 and 1"),
    ],
)
def test_thresholds_that_cannot_be_are_refused(
    change: tuple[str, str], complaint: str, tmp_path: Path
) -> None:
    text = card_text(replace(read_card(written(tmp_path, CARD)), thresholds=THRESHOLDS))

    with pytest.raises(ModelError) as refusal:
        read_card(written(tmp_path, text.replace(*change)))
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('licence = "MIT"', ""), "tiny: licence must be a str, found nothing"),
        (('licence = "MIT"', "licence = 3"), "tiny: licence must be a str, found 3"),
        (('licence = "MIT"', "license = 3"), "tiny: license unknown, expected task,"),
        (("face-embedding", "face-painting"), "task must be one of face-detection,"),
        (("face-embedding", "object-detection"), "an object detector needs labels"),
        (('"RGB"', '"GBR"'), "channels must be RGB or BGR, found 'GBR'"),
        (("[32, 32]", "[32]"), "size_wh must be [width, height], found [32]"),
        (("[32, 32]", "[0, 32]"), "size_wh must be [width, height], found [0, 32]"),
        (("divisor = 128", "divisor = 0"), "divisor must not be 0"),
        (('"tiny.onnx"', '"../tiny.onnx"'), "name '../tiny.onnx' must be a file's name"),
        (('"tiny.onnx"', '"a/tiny.onnx"'), "name 'a/tiny.onnx' must be a file's name"),
        (('sha256 = "', 'sha256 = "X'), "sha256 must be 64 lower-case hexadecimal digits"),
        (('source = "a test"', 'source = "a test"\nlabels = "voc"'), "labels must be a list or"),
        (('source = "a test"', 'source = "a test"\nlabels = ["a", "a"]'), "different words"),
        (("[[files]]", "[[file]]"), "file unknown, expected"),
        (("mean = 127.5", 'mean = "127.5"'), "tiny.input: mean must be a float"),
        (("mean = 127.5", "mean = true"), "tiny.input: mean must be a float, found True"),
        (("[input]", "[input"), "the model card cannot be read"),
    ],
)
def test_a_wrong_card_is_refused_with_file_key_and_reason(
    change: tuple[str, str], complaint: str, tmp_path: Path
) -> None:
    path = written(tmp_path, CARD.replace(*change))

    with pytest.raises(ModelError) as refusal:
        read_card(path)
    assert complaint in str(refusal.value)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("name", ["Über", "a b", "-x", "a" * 65])
def test_a_model_cannot_have_a_name_that_no_file_or_command_line_takes(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="a model's name has at most 64"):
        read_card(written(tmp_path, CARD, name))


@pytest.mark.parametrize(
    "strangers",
    [
        "quantiles = [[0.9, 0.3], [0.5, 0.1]]\nn = 5",
        "quantiles = [[0.5, 0.3], [1.5, 0.4]]\nn = 5",
        "quantiles = [0.5, 0.3]\nn = 5",
        "quantiles = [[0.5, 0.3]]\nn = 0",
    ],
)
def test_strangers_that_cannot_have_been_measured_are_refused(
    strangers: str, tmp_path: Path
) -> None:
    text = f'{CARD}\n[strangers]\nmean = 0\nstd = 0.1\nmeasured_on = "x"\n{strangers}\n'

    with pytest.raises(ModelError, match=r"tiny\.strangers: "):
        read_card(written(tmp_path, text))


def test_a_model_of_one_file_is_named_by_it_and_one_of_several_by_their_digests() -> None:
    one, two = ModelFile("a", "aa" * 32), ModelFile("b", "bb" * 32)

    assert joint_sha256((one,)) == "aa" * 32
    assert joint_sha256((one, two)) == sha256(b"aa" * 32 + b"bb" * 32).hexdigest()
    assert joint_sha256((two, one)) != joint_sha256((one, two))
