import hashlib
import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.labels import COCO_80
from playbill.core.metadata import FrameMetadata
from playbill.media.probe import probe
from playbill.rendering.thumbnails import Thumbnail, ThumbnailLimits, collect_thumbnails, portrait
from tests.support.analyses import ADA, CHARLES, analysis_of, person, span, thing
from tests.support.clips import numbered_clip, numbered_picture

RATE = 25
SIZE_WH = (640, 360)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("thumbnails") / "clip.mp4"
    return numbered_clip(path, frames=100, size_wh=SIZE_WH)


def analysis_for(path: Path, *frames: FrameMetadata, seen: tuple[Appearance, ...]) -> Analysis:
    return Analysis(probe(path), analysis_of().run, frames, seen)


def frame(index: int, *things: object) -> FrameMetadata:
    return FrameMetadata(index, Fraction(index, RATE), things)  # type: ignore[arg-type]


def ada(start: float, end: float) -> Appearance:
    return Appearance("person", "person", 0, ADA, span(start, end), 2, 0.9)


def dog(start: float, end: float) -> Appearance:
    return Appearance("object", "dog", COCO_80.index("dog"), None, span(start, end), 2, 0.9)


def test_the_frame_with_the_largest_face_is_chosen(clip: Path) -> None:
    small, large = (300, 150, 330, 190), (300, 150, 400, 290)
    analysis = analysis_for(
        clip,
        frame(0, person(ADA, face=small)),
        frame(25, person(ADA, face=large)),
        frame(50, person(ADA, face=small), person(CHARLES, face=(0, 0, 640, 360))),
        seen=(ada(0, 3),),
    )
    pictures = collect_thumbnails(clip, analysis)
    assert pictures.missing is None
    assert {number: it.time_s for number, it in pictures.thumbnails.items()} == {0: Fraction(1)}


def test_an_appearance_is_shown_from_within_its_own_span(clip: Path) -> None:
    large = (300, 150, 400, 290)
    analysis = analysis_for(
        clip,
        frame(0, person(ADA)),
        frame(25, person(ADA, face=large)),
        frame(50, person(ADA)),
        seen=(ada(0, 1), ada(1, 2), ada(2, 3)),
    )
    found = collect_thumbnails(clip, analysis).thumbnails
    assert [found[number].time_s for number in range(3)] == [0, 1, 2]


def test_a_thumbnail_shows_what_was_found(clip: Path) -> None:
    box = (256, 200, 416, 320)
    analysis = analysis_for(clip, frame(50, thing("dog", box)), seen=(dog(2, 3),))

    found = collect_thumbnails(clip, analysis).thumbnails[0]

    shown = np.asarray(Pillow.open(io.BytesIO(found.jpeg)), np.float32)
    truth = numbered_picture(50, SIZE_WH)[185:335, 236:436].astype(np.float32)
    assert shown.shape == (150, 200, 3)
    assert np.abs(shown - truth).mean() < 20


@pytest.mark.parametrize("box", [(-30, -30, 20, 20), (630, 350, 640, 360), (0, 0, 640, 2)])
def test_things_at_the_edge_have_thumbnails_too(
    clip: Path, box: tuple[float, float, float, float]
) -> None:
    analysis = analysis_for(clip, frame(0, thing("dog", box)), seen=(dog(0, 1),))
    width, height = collect_thumbnails(clip, analysis).thumbnails[0].size_wh
    assert 8 <= min(width, height) <= max(width, height) <= ThumbnailLimits().side


def test_what_has_to_be_left_out_is_what_matters_least(clip: Path) -> None:
    frames = [frame(n, person(ADA), thing("dog")) for n in range(0, 100, 10)]
    seen = (dog(0, 1), dog(1, 1.4), ada(0, 0.4), ada(1, 2), ada(2.4, 4))
    analysis = analysis_for(clip, *frames, seen=seen)

    def chosen(limits: ThumbnailLimits) -> list[int]:
        return sorted(collect_thumbnails(clip, analysis, limits).thumbnails)

    assert chosen(ThumbnailLimits()) == [0, 1, 2, 3, 4]
    assert chosen(ThumbnailLimits(count=2)) == [0, 4]
    assert chosen(ThumbnailLimits(count=3)) == [0, 3, 4]
    assert chosen(ThumbnailLimits(count=0)) == []


def test_pictures_take_no_more_bytes_than_admitted(clip: Path) -> None:
    frames = [frame(n, person(ADA)) for n in range(100)]
    seen = tuple(ada(n / 25, (n + 1) / 25) for n in range(100))
    analysis = analysis_for(clip, *frames, seen=seen)

    found = collect_thumbnails(clip, analysis, ThumbnailLimits(total_bytes=50_000)).thumbnails

    assert 20_000 < sum(len(it.jpeg) for it in found.values()) <= 50_000


def test_a_file_that_is_gone_is_said_to_be_missing(tmp_path: Path) -> None:
    pictures = collect_thumbnails(tmp_path / "gone.mp4", analysis_of())
    assert pictures.thumbnails == {}
    assert (
        pictures.missing == f"{tmp_path / 'gone.mp4'}: cannot be read: no such file or directory."
    )


def test_another_file_of_that_name_shows_no_wrong_pictures(clip: Path) -> None:
    pictures = collect_thumbnails(clip, analysis_of())
    assert pictures.thumbnails == {}
    assert "is another file than the one that was analysed" in str(pictures.missing)


def test_a_file_that_cannot_be_decoded_is_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "news.mp4"
    path.write_bytes(b"no video at all" * 100)
    plain = analysis_of(frame(0, person(ADA)), appearances=(ada(0, 1),))
    media = replace(plain.media, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    pictures = collect_thumbnails(path, replace(plain, media=media))
    assert pictures.thumbnails == {}
    assert "news.mp4" in str(pictures.missing)


def test_a_still_image_is_shown_whole_and_no_larger_than_admitted(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Pillow.fromarray(np.zeros((600, 2400, 3), np.uint8)).save(path)
    analysis = Analysis(probe(path), analysis_of().run, (frame(0, person(ADA)),), ())
    still = collect_thumbnails(path, analysis).still
    assert still is not None
    assert still.size_wh == (1600, 400)


@pytest.mark.parametrize("size_wh", [(240, 100), (100, 240), (96, 96), (20, 30)])
def test_portraits_are_square(size_wh: tuple[int, int]) -> None:
    encoded = io.BytesIO()
    Pillow.new("RGB", size_wh).save(encoded, "JPEG")
    square = portrait(Thumbnail(encoded.getvalue(), size_wh, Fraction(0)), 88)
    width, height = Pillow.open(io.BytesIO(square)).size
    assert width == height == min(88, *size_wh)
