import hashlib
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.media import MediaInfo
from playbill.errors import MediaError
from playbill.media import containers
from playbill.media.probe import media_kind, probe
from playbill.media.survey import Limits
from playbill.media.video import SampledVideo
from tests.support.clips import SIZE_WH, numbered_clip, numbered_picture, sound_only
from tests.support.users import unprivileged

X264 = {"g": "12", "bf": "3", "preset": "veryfast"}


def test_a_video_is_described(tmp_path: Path) -> None:
    path = numbered_clip(
        tmp_path / "news.mp4", frames=30, options=X264, rate=Fraction(30000, 1001), sound=True
    )

    assert probe(path) == MediaInfo(
        name="news.mp4",
        kind="video",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size_wh=SIZE_WH,
        container="mov",
        codec="h264",
        rotation=0,
        frame_rate=Fraction(30000, 1001),
        duration_s=30 * Fraction(1001, 30000),
    )


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_size_is_that_of_the_upright_picture(tmp_path: Path, rotation: int) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=3, options=X264, rotation=rotation)

    info = probe(path)

    assert (info.size_wh, info.rotation) == (SIZE_WH, rotation)


def test_a_picture_is_described(tmp_path: Path) -> None:
    path = tmp_path / "face.video.mp4"
    Pillow.fromarray(numbered_picture(1)).save(path, "PNG")

    assert probe(path) == MediaInfo(
        name="face.video.mp4",
        kind="image",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size_wh=SIZE_WH,
        container="png",
        codec="png",
    )


@pytest.mark.parametrize(("frames", "kind"), [(1, "image"), (2, "video")])
def test_a_gif_that_moves_is_a_video(tmp_path: Path, frames: int, kind: str) -> None:
    path = numbered_clip(tmp_path / "a.jpg.gif", frames=frames, codec="gif", pix_fmt="rgb8")

    assert media_kind(path) == kind
    assert probe(path).container == "gif"


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_other_animations_are_images(tmp_path: Path, form: str) -> None:
    pictures = [Pillow.fromarray(numbered_picture(number)) for number in range(3)]
    path = tmp_path / "a"
    pictures[0].save(path, form, save_all=True, append_images=pictures[1:])

    assert probe(path).kind == "image"


def test_a_video_under_the_name_of_a_picture_is_a_video(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=3, options=X264).rename(tmp_path / "a.jpg")

    assert probe(path).kind == "video"


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    (tmp_path / "secret.txt").write_text("the other file")
    if callable(request.param):
        request.param(path)
    else:
        path.write_bytes(request.param)
    return path


def cut_before_its_table(path: Path) -> None:
    numbered_clip(path, frames=20, options=X264)
    path.write_bytes(path.read_bytes()[:4000])


def without_frames(path: Path) -> None:
    """The boxes of an MP4 and nothing to play."""
    numbered_clip(
        path, frames=12, options=X264, container_options={"movflags": "frag_keyframe+empty_moov"}
    )
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])


def with_noise_for_pictures(path: Path) -> None:
    numbered_clip(path, frames=12, options=X264, container_options={"movflags": "+faststart"})
    data = path.read_bytes()
    start = data.index(b"mdat") + 4
    noise = np.random.default_rng(3).bytes(len(data) - start)
    path.write_bytes(data[:start] + noise)


LISTS = ("ffconcat", "concat", "hls", "dash", "sdp")
BAD = {
    "empty": (b"", "is empty (0 bytes), expected a picture or video"),
    "text": (b"Dear reader,\nno video here.\n" * 9, "is text, expected a video"),
    "zeros": (bytes(9999), "is in no known container, or cut off or damaged, expected a video"),
    "ffconcat": (
        b"ffconcat version 1.0\nfile 'secret.txt'\n",
        "is a playlist (ffconcat) that names other files, expected the video itself",
    ),
    "concat": (
        b"concat:secret.txt|secret.txt",
        "is a playlist (concat) that names other files, expected the video itself",
    ),
    "hls": (
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:secret.txt\n",
        "is a playlist (M3U8) that names other files, expected the video itself",
    ),
    "dash": (
        b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        "is a playlist (DASH) that names other files, expected the video itself",
    ),
    "sdp": (
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
        "is a session description (SDP) that names other files, expected the video itself",
    ),
    "sound": (sound_only, "has no video stream (found: audio)"),
    "cut": (
        cut_before_its_table,
        "is in no known container, or cut off or damaged, expected a video",
    ),
    "frameless": (without_frames, "has a video stream without frames"),
    "noise": (with_noise_for_pictures, "none of its video frames can be decoded"),
}


@pytest.mark.parametrize(("bad", "sentence"), BAD.values(), ids=BAD.keys(), indirect=["bad"])
@pytest.mark.parametrize("read", [probe, SampledVideo.open])
def test_bad_video_is_one_clear_sentence(
    bad: Path, sentence: str, read: Callable[[Path], object]
) -> None:
    with pytest.raises(MediaError) as refusal:
        read(bad)

    assert str(refusal.value) == f"{bad}: {sentence}"


@pytest.mark.parametrize("bad", [row[0] for key, row in BAD.items() if key in LISTS], indirect=True)
def test_looking_at_the_first_bytes_is_not_the_only_lock(
    bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "impostor", lambda _: None)

    with pytest.raises(MediaError, match="is text, expected a video"):
        probe(bad)


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    Pillow.fromarray(numbered_picture(1)).save(path, "JPEG")

    with pytest.raises(MediaError, match="is a jpeg picture, expected a video"):
        SampledVideo.open(path)


def test_folders_missing_files_and_devices_are_refused(tmp_path: Path) -> None:
    for path, what in {
        tmp_path: "is a folder, expected a picture or video",
        tmp_path / "none.mp4": "cannot be read: no such file or directory",
        Path("/dev/zero"): "is no ordinary file, expected a picture or video",
    }.items():
        with pytest.raises(MediaError) as refusal:
            probe(path)
        assert str(refusal.value) == f"{path}: {what}"


def test_a_video_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=3, options=X264)
    path.chmod(0)

    with (
        unprivileged(),
        pytest.raises(MediaError, match="cannot be read: permission denied"),
    ):
        probe(path)


def test_too_many_pixels_are_refused(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=3, options=X264)

    with pytest.raises(MediaError, match="frames of 256 x 144 pixels, expected at most 1,000 in"):
        probe(path, limits=Limits(max_pixels=1000))


def test_too_long_a_video_is_refused(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=60, options=X264)

    with pytest.raises(MediaError, match="lasts 2 s, expected at most 1 s"):
        SampledVideo.open(path, max_seconds=1)


def test_names_that_are_no_unicode_are_read(tmp_path: Path) -> None:
    path = numbered_clip(tmp_path / "a.mp4", frames=3, options=X264)
    odd = path.rename(tmp_path / "concat:\udcff \N{CLAPPER BOARD}%d.mp4")

    with SampledVideo.open(odd, 1) as video:
        assert len(list(video)) == 3


def test_a_name_of_before_utf_8_is_shown_as_text(tmp_path: Path) -> None:
    """Nothing that is written of a medium can hold half a byte of a name."""
    pictured = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    filmed = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    try:
        Pillow.new("RGB", (8, 8)).save(pictured)
        numbered_clip(tmp_path / "clip.mp4", frames=2, options=X264).rename(filmed)
    except OSError:
        pytest.skip("this file system takes no such names")

    assert [probe(path).name for path in (pictured, filmed)] == ["caf\ufffd.png", "caf\ufffd.mp4"]
