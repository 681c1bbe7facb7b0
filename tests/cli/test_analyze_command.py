"""`playbill analyze` on real pictures and video, with real networks."""

import json
from pathlib import Path

import jsonschema
import pytest
from PIL import Image as Pillow

from playbill.archive.reading import document_schema, read_document
from tests.cli.conftest import Playbill
from tests.support.clips import numbered_clip

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder", "wide")]


@pytest.fixture(scope="module")
def hamilton(data_folder: Path) -> Path:
    return data_folder / "archive" / "hamilton"


@pytest.fixture
def cast(playbill: Playbill, hamilton: Path, tmp_path: Path) -> Path:
    """A gallery of two people with one picture each."""
    gallery = tmp_path / "cast.npz"
    portraits = [hamilton / f"{name}.png" for name in ("alex-lacamoire", "lin-manuel-miranda")]
    assert playbill("enrol", *portraits, "--out", gallery).code == 0
    return gallery


@pytest.mark.parametrize(
    ("network", "surely"),
    [
        ("facenet_vggface2", {"alex-lacamoire", "lin-manuel-miranda"}),
        # One of the two is 27 pixels wide, and soft: he lies so near to the small network's
        # threshold that rounding decides, which is another one on each kind of processor.
        ("playbill-face", {"lin-manuel-miranda"}),
    ],
)
def test_the_people_of_the_stage_clip_are_named_and_nobody_else(
    playbill: Playbill, hamilton: Path, tmp_path: Path, network: str, surely: set[str]
) -> None:
    gallery, result = tmp_path / "cast.npz", tmp_path / "clip.json"
    playbill("enrol", *sorted(hamilton.glob("*.png")), "-o", gallery, "--models", network)

    outcome = playbill(
        "analyze",
        hamilton / "short_hamilton_clip.mp4",
        "--gallery",
        gallery,
        "--models",
        network,
        "--out",
        result,
    )

    assert outcome.code == 0
    assert surely <= {*read_document(result).names()} <= {"alex-lacamoire", "lin-manuel-miranda"}
    jsonschema.validate(json.loads(result.read_text("utf-8")), document_schema())


def test_for_machines_each_medium_is_one_line_of_json(
    playbill: Playbill, data_folder: Path
) -> None:
    stills = sorted((data_folder / "stills").glob("*.jpg"))[:2]

    outcome = playbill("analyze", "--json", *stills)

    documents = [json.loads(line) for line in outcome.out.splitlines()]
    assert [document["media"]["name"] for document in documents] == [s.name for s in stills]
    assert outcome.err == ""


def test_a_folder_gives_a_folder_of_results_named_after_their_media(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    still = next((data_folder / "stills").glob("*.jpg"))
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.jpg").write_bytes(still.read_bytes())
    numbered_clip(tmp_path / "in" / "deep" / "a.mp4", frames=31)

    outcome = playbill("analyze", tmp_path / "in", "--out", tmp_path / "out")

    assert outcome.code == 0
    found = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.json"))
    assert found == [Path("a.jpg.json"), Path("deep/a.mp4.json")]
    clip = read_document(tmp_path / "out" / "deep" / "a.mp4.json")
    assert [frame.index for frame in clip.frames] == [0, 30]


def test_the_run_record_says_what_really_ran(
    playbill: Playbill, data_folder: Path, cast: Path, tmp_path: Path
) -> None:
    still, result = next((data_folder / "stills").glob("*.jpg")), tmp_path / "r.json"

    playbill(
        "analyze",
        still,
        "-g",
        cast,
        "-o",
        result,
        "--precision",
        "float32",
        "--models",
        "yolox_nano",
    )

    run = read_document(result).run
    assert [(m.task, m.name, m.precision) for m in run.models] == [
        ("face-detection", "mtcnn", "float32"),
        ("face-embedding", "playbill-face", "float32"),
        ("object-detection", "yolox_nano", "float32"),
    ]
    assert run.gallery is not None
    assert (run.gallery.people, run.gallery.stranger_rate) == (2, 0.01)


def test_drawing_and_reporting_go_with_the_analysis(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    still = next((data_folder / "stills").glob("*.jpg"))
    drawn, page = tmp_path / "drawn.jpg", tmp_path / "page.html"

    assert playbill("analyze", still, "--draw", drawn, "--report", page).code == 0

    with Pillow.open(still) as before, Pillow.open(drawn) as after:
        assert before.size == after.size
    assert "<html" in page.read_text("utf-8")


def test_a_report_is_made_later_from_the_json_alone(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    still = next((data_folder / "stills").glob("*.jpg"))
    playbill("analyze", still, "--out", tmp_path / "r.json")

    assert playbill("report", tmp_path / "r.json", "--media", still).code == 0
    assert "data:image/jpeg" in (tmp_path / "r.html").read_text("utf-8")


def test_a_model_that_nobody_knows_is_refused_by_name(playbill: Playbill, tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=2)

    outcome = playbill("analyze", clip, "--models", "resnet_9000")

    assert outcome.code == 2
    assert "resnet_9000: no model of that name, known are mtcnn" in outcome.complaints[0]


def test_two_models_for_one_task_are_refused(playbill: Playbill, tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=2)

    outcome = playbill("analyze", clip, "--models", "yolox_nano,ssd_mobilenet_v1_coco")

    assert outcome.code == 2
    assert "name only one of them" in outcome.complaints[0]


def test_a_graphics_card_that_is_not_there_is_never_replaced_in_silence(
    playbill: Playbill, tmp_path: Path
) -> None:
    clip = numbered_clip(tmp_path / "a.mp4", frames=2)

    outcome = playbill("analyze", clip, "--device", "cuda")

    assert outcome.code == 2
    assert "playbill[gpu]" in outcome.complaints[0]
