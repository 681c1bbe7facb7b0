"""The main job, with networks whose answers follow from the colour of the picture."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from playbill.core.analysis import Analysis
from playbill.errors import MediaError
from playbill.media.writer import VideoWriter
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.hooks import Progress
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from tests.support.analyses import ADA, CHARLES
from tests.support.fakes import AxisRecogniser, BlueIsADog, BrightnessFaces, ColourEmbedder

ADA_RED, CHARLES_GREEN, DOG_BLUE, BLACK = (250, 0, 0), (0, 250, 0), (60, 60, 250), (0, 0, 0)


def analyzer(*, named: bool = True, every: int = 10) -> Analyzer:
    networks = Networks(BrightnessFaces(), ColourEmbedder() if named else None, BlueIsADog())
    recogniser = AxisRecogniser((ADA, CHARLES)) if named else None
    return Analyzer(networks, recogniser, AnalysisSettings(sample_every=every))


def clip(path: Path, *shots: tuple[tuple[int, int, int], int]) -> Path:
    """One shot per colour, of that many frames, 25 a second."""
    with VideoWriter(path, (96, 64), Fraction(25)) as writer:
        for colour, frames in shots:
            for _ in range(frames):
                writer.write(np.full((64, 96, 3), colour, np.uint8))
    return path


def told(analysis: Analysis) -> list[tuple[str, float, float]]:
    return [
        (a.person.name if a.person else a.label, float(a.span.start_s), float(a.span.end_s))
        for a in analysis.appearances
    ]


def test_who_and_what_appears_when_in_a_video(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 50), (BLACK, 50), (CHARLES_GREEN, 50))

    analysis = analyzer().analyze(video)

    assert told(analysis) == [("Ada Lovelace", 0, 2), ("Charles Babbage", 4, 6)]
    assert [frame.index for frame in analysis.frames] == list(range(0, 150, 10))
    assert analysis.run.frames.expected == analysis.run.frames.analysed == 15


def test_without_a_gallery_people_have_no_names(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 25))

    analysis = analyzer(named=False).analyze(video)

    assert told(analysis) == [("person", 0, 1)]
    assert analysis.run.gallery is None
    assert [use.task for use in analysis.run.models] == ["face-detection", "object-detection"]


def test_a_still_picture_is_one_frame_without_appearances(tmp_path: Path) -> None:
    Pillow.new("RGB", (96, 64), DOG_BLUE).save(tmp_path / "dog.png")

    analysis = analyzer().analyze(tmp_path / "dog.png")

    (frame,) = analysis.frames
    assert (frame.index, frame.time_s) == (0, Fraction(0))
    assert [thing.label for thing in frame.things] == ["dog", "person"]
    assert (analysis.media.kind, analysis.appearances) == ("image", ())


def test_progress_is_told_frame_by_frame(tmp_path: Path) -> None:
    seen: list[Progress] = []

    analyzer().analyze(clip(tmp_path / "v.mp4", (ADA_RED, 50)), seen.append)

    assert [(p.done, p.expected) for p in seen] == [(n, 5) for n in range(1, 6)]
    assert seen[-1].time_s == Fraction(40, 25)


def test_the_batch_does_not_change_the_answer(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 33), (DOG_BLUE, 21), (CHARLES_GREEN, 12))
    one = analyzer(every=3)
    by_seven = Analyzer(one.networks, one.recogniser, AnalysisSettings(sample_every=3, batch=7))

    assert one.analyze(video).frames == by_seven.analyze(video).frames


def test_the_same_medium_has_the_same_id_and_each_run_its_own(tmp_path: Path) -> None:
    video = clip(tmp_path / "v.mp4", (ADA_RED, 5))

    first, second = analyzer().analyze(video), analyzer().analyze(video)

    assert first.media.id == second.media.id
    assert first.run.id != second.run.id


def test_what_is_no_medium_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_text("no video")

    with pytest.raises(MediaError, match=r"v\.mp4"):
        analyzer().analyze(tmp_path / "v.mp4")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sample_every": 0},
        {"min_object_score": 0},
        {"min_face_px": 3},
        {"batch": 0},
        {"bridge": -1},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"at least|above"):
        AnalysisSettings(**wrong)  # type: ignore[arg-type]
