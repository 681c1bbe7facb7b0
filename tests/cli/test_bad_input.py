"""What can be wrong with what users bring: one clear sentence, exit code 2, the rest goes on."""

import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.archive.reading import read_document
from playbill.core.embeddings import Embeddings
from playbill.models.catalogue import Choice
from playbill.recognition.fitting import fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import write_gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.strangers import StrangerScores
from tests.cli.conftest import Outcome, Playbill
from tests.support.clips import numbered_clip, sound_only

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder", "wide")]


def huge_png(path: Path) -> Path:
    """A header of 60,000 x 60,000 pixels and nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b""))
    return path


def bad_media(folder: Path) -> dict[str, str]:
    """One file of each bad kind -> what its sentence must say."""
    still = folder / "good.png"
    Pillow.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(still)
    (folder / "cut.png").write_bytes(still.read_bytes()[:60])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("Dear archive, here is the tape.\n")
    sound_only(folder / "sound.mp4")
    numbered_clip(folder / "whole.mp4", frames=40)
    (folder / "head.mp4").write_bytes((folder / "whole.mp4").read_bytes()[:40])
    huge_png(folder / "huge.png")
    (folder / "list.mp4").write_text(f"ffconcat version 1.0\nfile {folder / 'whole.mp4'}\n")
    (folder / "hls.mp4").write_text(f"#EXTM3U\n#EXTINF:1,\n{folder / 'whole.mp4'}\n")
    return {
        "cut.png": "damaged or cut off",
        "empty.mp4": "is empty (0 bytes)",
        "head.mp4": "expected",
        "hls.mp4": "playlist (M3U8)",
        "huge.png": "60000 x 60000 pixels, expected at most",
        "list.mp4": "playlist (ffconcat)",
        "sound.mp4": "no video stream",
        "text.mp4": "text",
    }


def test_each_bad_file_is_one_sentence_and_the_others_go_on(
    playbill: Playbill, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    expected = bad_media(tmp_path / "in")

    outcome = playbill("analyze", tmp_path / "in", "--out", tmp_path / "out")

    assert outcome.code == 2
    complaints = {Path(line.split(":")[0]).name: line for line in outcome.complaints}
    assert sorted(complaints) == sorted(expected)
    for name, words in expected.items():
        assert words in complaints[name], complaints[name]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["good.png.json", "whole.mp4.json"]


def test_a_file_that_is_not_there_does_not_stop_the_others(
    playbill: Playbill, tmp_path: Path
) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=31)

    outcome = playbill("analyze", tmp_path / "gone.mp4", clip, "--out", tmp_path / "out.json")

    assert (outcome.code, outcome.complaints) == (
        2,
        [f"{tmp_path / 'gone.mp4'}: there is no such file or folder"],
    )
    assert read_document(tmp_path / "out.json").media.name == "clip.mp4"


def test_a_corrupt_stretch_in_the_middle_is_counted_and_the_rest_analysed(
    playbill: Playbill, tmp_path: Path
) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=240, options={"g": "30", "bf": "0"})
    spoilt = bytearray(clip.read_bytes())
    middle = len(spoilt) // 2
    spoilt[middle - 1500 : middle + 1500] = os.urandom(3000)
    clip.write_bytes(spoilt)

    outcome = playbill("analyze", clip, "--every", "10", "--out", tmp_path / "out.json")

    coverage = read_document(tmp_path / "out.json").run.frames
    indices = [frame.index for frame in read_document(tmp_path / "out.json").frames]
    assert outcome.code == 0
    assert coverage.expected == 24
    assert coverage.corrupt > 0
    assert (indices[0], indices[-1]) == (0, 230)
    assert "corrupt" in outcome.out


def test_a_gallery_of_another_embedding_network_is_refused(
    playbill: Playbill, tmp_path: Path, data_folder: Path
) -> None:
    point = Embeddings.normalised(np.eye(1, 512), "other_net@000000000000")
    gallery = Gallery.empty(point.model).add(Enrolment("Ada", point, ["0" * 64]))
    card = StrangerScores(((0.9, 0.3), (0.99, 0.5)), 100, "nothing")
    write_gallery(tmp_path / "other.npz", fit(gallery, NetworkScores(strangers=card)))
    still = next((data_folder / "stills").glob("*.jpg"))

    outcome = playbill("analyze", still, "--gallery", tmp_path / "other.npz")

    assert outcome.code == 2
    assert (
        "other.npz: was enrolled with the network other_net@000000000000" in outcome.complaints[0]
    )
    assert f"{Choice().face_embedder}@" in outcome.complaints[0]


def test_a_model_whose_bytes_changed_is_refused(
    playbill: Playbill, tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = bytearray((models_folder / "yolox_nano.onnx").read_bytes())
    altered[1000] ^= 1
    (tmp_path / "yolox_nano.onnx").write_bytes(altered)
    monkeypatch.setenv("PLAYBILL_MODELS", str(tmp_path))

    outcome = playbill("analyze", numbered_clip(tmp_path / "a.mp4"), "--models", "yolox_nano")

    assert outcome.code == 2
    assert "yolox_nano" in outcome.complaints[0]
    assert "the card says e8af074932d4" in outcome.complaints[0]


@pytest.fixture
def portraits(data_folder: Path, tmp_path: Path) -> Path:
    """A folder per person, for people with difficult names."""
    names = ["Ada 🎭", "N" * 200]
    for name, picture in zip(
        names, sorted((data_folder / "lfw" / "Abdullah_Gul").iterdir()), strict=False
    ):
        (tmp_path / "people" / name).mkdir(parents=True)
        (tmp_path / "people" / name / "1.jpg").write_bytes(picture.read_bytes())
    return tmp_path / "people"


def test_pictures_without_a_face_or_with_two_are_refused_and_the_person_keeps_the_others(
    playbill: Playbill, portraits: Path, tmp_path: Path
) -> None:
    person = portraits / "Ada 🎭"
    Pillow.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(person / "wall.png")
    with Pillow.open(person / "1.jpg") as face:
        pair = Pillow.new("RGB", (2 * face.width, face.height))
        pair.paste(face, (0, 0))
        pair.paste(face, (face.width, 0))
        pair.save(person / "pair.png")

    outcome = playbill("enrol", portraits, "--out", tmp_path / "cast.npz")

    assert outcome.code == 2
    assert outcome.complaints == [
        f"{person / 'pair.png'}: found 2 faces, expected one picture of Ada 🎭 alone",
        f"{person / 'wall.png'}: found no face, expected one picture of Ada 🎭 alone",
    ]
    assert "2 people, 2 pictures" in outcome.out


def test_names_with_slashes_emoji_and_300_characters_are_names(
    playbill: Playbill, portraits: Path, tmp_path: Path
) -> None:
    picture = portraits / "Ada 🎭" / "1.jpg"
    gallery, result = tmp_path / "cast.npz", tmp_path / "result.json"
    name = "AC/DC 🤘 " + "x" * 300

    assert playbill("enrol", picture, "--name", name, "--out", gallery).code == 0
    outcome = playbill("analyze", picture, "--gallery", gallery, "--out", result)

    assert outcome.code == 0
    assert read_document(result).names() == [name]


def test_a_person_with_one_picture_is_enrolled_and_found_in_another(
    playbill: Playbill, data_folder: Path, tmp_path: Path
) -> None:
    first, second = sorted((data_folder / "lfw" / "Abdullah_Gul").iterdir())[:2]
    gallery, result = tmp_path / "cast.npz", tmp_path / "result.json"

    enrolled = playbill("enrol", first, "--name", "Abdullah Gul", "--out", gallery)
    playbill("analyze", second, "--gallery", gallery, "--out", result)

    assert "1 person, 1 picture;" in enrolled.out
    assert read_document(result).names() == ["Abdullah Gul"]


def test_a_broken_gallery_is_refused(playbill: Playbill, portraits: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "cast.npz"
    playbill("enrol", portraits, "--out", gallery)
    gallery.write_bytes(gallery.read_bytes()[:200])

    outcome = playbill("analyze", portraits / "Ada 🎭" / "1.jpg", "--gallery", gallery)

    assert outcome.code == 2
    assert "cast.npz: not a gallery, or cut off" in outcome.complaints[0]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said_and_leaves_what_was_there(
    playbill: Playbill, tiny_disk: Path, data_folder: Path
) -> None:
    still = next((data_folder / "stills").glob("*.jpg"))
    page = tiny_disk / "page.html"
    page.write_text("yesterday's")

    outcome = playbill("analyze", still, "--report", page)

    assert outcome.code == 2
    assert outcome.complaints == [f"{page}: cannot be written: no space left on device"]
    assert page.read_text() == "yesterday's"
    assert list(tiny_disk.iterdir()) == [page]


def without_the_right_to_read_everything(*words: str | Path) -> Outcome:
    """Run a command line as a user is: root may read even what nobody may read."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if os.geteuid() != 0:
        drop = []
    elif not shutil.which("setpriv"):
        pytest.skip("root reads everything, and there is no setpriv to keep it from that")
    command = [*drop, sys.executable, "-m", "playbill", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=31)
    clip.chmod(0o000)

    outcome = without_the_right_to_read_everything("analyze", clip)

    assert outcome.code == 2
    assert outcome.complaints == [f"{clip}: cannot be read: permission denied"]


def test_a_folder_that_may_not_be_listed_is_said(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o000)

    outcome = without_the_right_to_read_everything("analyze", tmp_path / "locked")

    assert outcome.code == 2
    assert outcome.complaints == [f"{tmp_path / 'locked'}: cannot be listed: permission denied"]
