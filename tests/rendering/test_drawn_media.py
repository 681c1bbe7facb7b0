from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.frame import Image
from playbill.core.media import MediaInfo
from playbill.core.metadata import FrameMetadata
from playbill.errors import MediaError, OutputError
from playbill.media.probe import probe
from playbill.media.video import SampledVideo
from playbill.rendering.colours import NAMED, thing_colour
from playbill.rendering.video import at_rate, draw_media
from tests.support.analyses import ADA, analysis_of, person, span, thing
from tests.support.clips import numbered_clip, numbered_picture, read_number


def analysis_for(media: MediaInfo, *frames: FrameMetadata, until: float = 100) -> Analysis:
    plain = analysis_of()
    seen = Appearance("person", "person", 0, ADA, span(0, until), 2, 0.9)
    return Analysis(media, plain.run, frames, (seen,))


def pictures_of(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in container.decode(video=0)
        ]


def near(image: Image, colour: tuple[int, int, int]) -> np.ndarray:
    return np.asarray((np.abs(image.astype(int) - colour) < 60).all(axis=2))


def test_every_frame_of_a_video_is_drawn_in_its_place_at_its_rate(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=50, rate=Fraction(30000, 1001))
    target = tmp_path / "drawn.mp4"

    draw_media(clip, analysis_for(probe(clip)), target)

    assert [read_number(picture) for picture in pictures_of(target)] == list(range(50))
    assert probe(target).frame_rate == Fraction(30000, 1001)
    assert probe(target).codec == "h264"


def test_boxes_move_with_the_frames_between_the_analysed_ones(tmp_path: Path) -> None:
    size_wh = (640, 360)
    clip = numbered_clip(tmp_path / "clip.mp4", frames=30, size_wh=size_wh)
    ada_left = person(ADA, (40, 120, 140, 340), None)
    ada_right = person(ADA, (440, 120, 540, 340), None)
    analysis = analysis_for(
        probe(clip),
        FrameMetadata(0, Fraction(0), (ada_left,)),
        FrameMetadata(25, Fraction(1), (ada_right,)),
    )

    draw_media(clip, analysis, tmp_path / "drawn.mp4")

    lefts = [
        np.flatnonzero(near(picture[95:118], NAMED).sum(axis=0) > 8)[0]
        for picture in pictures_of(tmp_path / "drawn.mp4")[:26]
    ]
    assert lefts == pytest.approx([40 + 16 * number for number in range(26)], abs=6)


def test_progress_is_told_for_every_frame(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=12)
    told: list[tuple[int, int]] = []

    def note(done: int, expected: int) -> None:
        told.append((done, expected))

    draw_media(clip, analysis_for(probe(clip)), tmp_path / "drawn.mp4", note)

    assert told == [(number, 12) for number in range(1, 13)]


def test_a_varying_rate_keeps_each_moment_where_it_was(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mkv", frames=40, durations=(1, 1, 4))
    media = probe(clip)
    assert media.frame_rate is not None
    with SampledVideo.open(clip, every=1) as video:
        times = [frame.time_s for frame in video]

    draw_media(clip, analysis_for(media), tmp_path / "drawn.mp4")

    step_s = 1 / media.frame_rate
    for place, picture in enumerate(pictures_of(tmp_path / "drawn.mp4")):
        shown = times[read_number(picture)]
        until = times[min(read_number(picture) + 1, 39)]
        assert shown - 2 * step_s <= place * step_s <= until + 2 * step_s


def test_a_picture_is_drawn_as_its_suffix_says(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Pillow.fromarray(numbered_picture(7, (640, 360))).save(source)
    dog = thing("dog")
    analysis = analysis_for(probe(source), FrameMetadata(0, Fraction(0), (dog,)))
    for suffix, kind in ((".png", "PNG"), (".jpg", "JPEG")):
        draw_media(source, analysis, tmp_path / f"drawn{suffix}")
        drawn = Pillow.open(tmp_path / f"drawn{suffix}")
        assert drawn.format == kind
        assert near(np.asarray(drawn), thing_colour(dog)).sum() > 500


@pytest.mark.parametrize(
    ("kind", "target", "expected"),
    [
        ("video", "out.avi", r"out\.avi: a video is drawn as \.mp4, not as \.avi"),
        ("video", "out.jpg", r"out\.jpg: a video is drawn as \.mp4, not as \.jpg"),
        ("video", "out", r"out: a video is drawn as \.mp4, not as a name without suffix"),
        ("image", "out.mp4", r"out\.mp4: a picture is drawn as \.jpg, \.jpeg, \.png, not as"),
    ],
)
def test_another_suffix_is_refused_before_any_work(kind: str, target: str, expected: str) -> None:
    media = MediaInfo("a", "video" if kind == "video" else "image", "", (8, 8), "", "")
    with pytest.raises(OutputError, match=expected):
        draw_media(Path("nowhere"), analysis_for(media), Path(target))


def test_the_medium_itself_is_never_drawn_over(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=3)
    before = clip.read_bytes()
    (tmp_path / "link.mp4").symlink_to(clip)
    for target in (clip, tmp_path / "link.mp4"):
        with pytest.raises(OutputError, match="is the medium itself"):
            draw_media(clip, analysis_for(probe(clip)), target)
    assert clip.read_bytes() == before


def test_a_source_that_is_gone_leaves_no_target(tmp_path: Path) -> None:
    media = MediaInfo("a.mp4", "video", "", (64, 64), "mov", "h264", 0, Fraction(25), Fraction(1))
    with pytest.raises(MediaError, match=r"gone\.mp4"):
        draw_media(tmp_path / "gone.mp4", analysis_for(media), tmp_path / "drawn.mp4")
    assert list(tmp_path.iterdir()) == []


def pictures_at(*times_ms: int) -> list[tuple[Fraction, Image]]:
    return [(Fraction(ms, 1000), np.full((1, 1, 3), n, np.uint8)) for n, ms in enumerate(times_ms)]


@pytest.mark.parametrize(
    ("times_ms", "total", "written"),
    [
        ((), 0, []),
        ((0, 100, 200, 300), 4, [0, 1, 2, 3]),
        ((0, 97, 203, 304, 399), 5, [0, 1, 2, 3, 4]),
        ((0, 100, 400, 500), 6, [0, 1, 1, 1, 2, 3]),
        ((0, 300), 4, [0, 0, 0, 1]),
        ((0, 10, 20, 30, 40, 50), 1, [0, 1]),
        ((0, 100), 5, [0, 1, 1, 1, 1]),
        ((200, 300), 4, [0, 0, 0, 1]),
    ],
)
def test_times_become_places_at_a_constant_rate(
    times_ms: tuple[int, ...], total: int, written: list[int]
) -> None:
    pictures = at_rate(pictures_at(*times_ms), Fraction(10), total)
    assert [int(picture[0, 0, 0]) for picture in pictures] == written
