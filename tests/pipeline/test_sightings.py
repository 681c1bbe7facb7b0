"""What an archive is given: faces, tracks of them, and when they are seen."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.labels import PERSON
from playbill.core.people import Match
from playbill.core.sightings import Sightings
from playbill.core.timespan import TimeSpan
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.crops import face_crops
from tests.pipeline.test_analyzing import (
    ADA_RED,
    BLACK,
    CHARLES_GREEN,
    DOG_BLUE,
    analyzer,
    clip,
)
from tests.support.analyses import ADA


def unnamed(every: int = 10) -> Analyzer:
    """Describes faces, and names nobody."""
    named = analyzer(every=every)
    return Analyzer(named.networks, None, named.settings)


def spans(found: Sightings) -> list[tuple[str, int | None, float, float]]:
    return [
        (one.kind, one.track, float(one.span.start_s), float(one.span.end_s))
        for one in found.stretches
    ]


def test_each_person_of_a_video_is_a_track(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 50), (BLACK, 50), (CHARLES_GREEN, 50))

    found = analyzer().sightings(video)

    ada, charles = found.tracks
    assert [(t.shot, len(t.faces)) for t in (ada, charles)] == [(0, 5), (2, 5)]
    assert ada.match is not None
    assert ada.match.person == ADA
    assert ada.match.score == pytest.approx(found.analysis.appearances[0].score, abs=0.01)
    assert [face.frame_index for face in charles.faces] == [100, 110, 120, 130, 140]
    assert np.linalg.norm(ada.embedding) == pytest.approx(1)
    assert spans(found) == [("person", 0, 0, 2), ("person", 1, 4, 6)]
    assert found.cuts_s == (Fraction(2), Fraction(4))


def test_the_analysis_is_that_of_the_command_line(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 30), (DOG_BLUE, 30))

    found = analyzer().sightings(video).analysis

    alone = analyzer().analyze(video)
    assert (found.media, found.frames, found.appearances) == (
        alone.media,
        alone.frames,
        alone.appearances,
    )


def test_without_a_gallery_faces_are_followed_and_nobody_is_named(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 50), (CHARLES_GREEN, 50))

    found = unnamed().sightings(video)

    assert [track.match for track in found.tracks] == [None, None]
    assert found.space == analyzer().networks.embedder.space  # type: ignore[union-attr]
    assert found.analysis.run.gallery is None
    assert [thing.match for frame in found.analysis.frames for thing in frame.things] == [None] * 10


def test_a_stranger_to_the_gallery_has_a_match_without_a_person(tmp_path: Path) -> None:
    found = analyzer().sightings(clip(tmp_path / "v.mp4", ((90, 90, 120), 10)))

    (track,) = found.tracks
    assert isinstance(track.match, Match)
    assert track.match.person is None


def test_without_descriptions_there_are_no_tracks(tmp_path: Path) -> None:
    found = analyzer(named=False).sightings(clip(tmp_path / "v.mp4", (ADA_RED, 25)))

    assert (found.tracks, found.space) == ((), None)
    assert spans(found) == [("person", None, 0, 1)]


def test_a_face_knows_the_thing_that_it_became(tmp_path: Path) -> None:
    found = analyzer().sightings(clip(tmp_path / "v.mp4", (DOG_BLUE, 20)))

    (track,) = found.tracks
    frames = {frame.index: frame for frame in found.analysis.frames}
    for face in track.faces:
        thing = frames[face.frame_index].things[face.thing]
        assert thing.kind == "person"
        assert thing.face is not None
        assert thing.face.box_xyxy == face.box_xyxy
    assert [one.class_id for one in found.stretches] == [PERSON, 16]
    assert [one.track for one in found.stretches] == [0, None]


def test_a_gap_parts_the_stretches_of_a_track_and_a_short_one_does_not(tmp_path: Path) -> None:
    """Frames 2 and 3 of every 10th are black: dark faces, one shot."""
    dark, lit = ((0, 0, 0), 20), (ADA_RED, 20)
    video = clip(tmp_path / "v.mp4", lit, dark, lit)

    by_ten = unnamed(every=10).sightings(video)
    by_twenty = unnamed(every=20).sightings(video)

    assert len(by_ten.cuts_s) == len(by_twenty.cuts_s)
    assert [one.first_frame for one in by_ten.stretches] == [0, 40]
    assert [one.last_frame for one in by_ten.stretches] == [10, 50]
    assert all(one.frames == 2 for one in by_ten.stretches)


def test_a_picture_has_tracks_of_one_face_and_no_time(tmp_path: Path) -> None:
    Pillow.new("RGB", (96, 64), ADA_RED).save(tmp_path / "ada.png")

    found = analyzer().sightings(tmp_path / "ada.png")

    (track,) = found.tracks
    assert len(track.faces) == 1
    assert found.analysis.appearances == ()
    (stretch,) = found.stretches
    assert stretch.span == TimeSpan(Fraction(0), Fraction(1, 1_000_000))
    assert (stretch.track, stretch.first_frame, stretch.last_frame, stretch.frames) == (0, 0, 0, 1)


def crop_of(size_wh: tuple[int, int], box: tuple[float, float, float, float]) -> Pillow.Image:
    """The crop of a face that is white in a black picture."""
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    left, top, right, bottom = (round(side) for side in box)
    image[max(top, 0) : bottom, max(left, 0) : right] = 255
    face = Faces(
        np.array([box], np.float32), np.array([0.9], np.float32), np.zeros((1, 5, 2), np.float32)
    )
    (jpeg,) = face_crops(Frame.still(image), face)
    return Pillow.open(BytesIO(jpeg))


def test_a_large_face_is_shrunk_to_112_pixels_with_a_little_around_it() -> None:
    crop = crop_of((1000, 1000), (300, 200, 600, 600))

    assert crop.format == "JPEG"
    assert crop.size == (84, 112)
    white = np.asarray(crop.convert("L")) > 128
    assert white[56].sum() == pytest.approx(60, abs=2)
    assert white[:, 42].sum() == pytest.approx(80, abs=2)


def test_a_small_face_stays_as_small_as_it_is() -> None:
    assert crop_of((400, 400), (100, 100, 130, 140)).size == (42, 56)


@pytest.mark.parametrize(
    "box",
    [(-10.0, -10.0, 30.0, 30.0), (80.0, 80.0, 120.0, 120.0), (99.9, 50.0, 99.9, 50.0)],
    ids=["over the corner", "over the other corner", "without area"],
)
def test_a_face_at_the_edge_is_cut_there(box: tuple[float, float, float, float]) -> None:
    crop = crop_of((100, 100), box)

    assert 1 <= crop.size[0] <= 38
    assert 1 <= crop.size[1] <= 38
