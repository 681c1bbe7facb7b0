"""Real networks over real video, in segments and at once: the same numbers."""

from pathlib import Path

import pytest

from playbill.api import enrol
from playbill.core.sightings import Sightings
from playbill.demo import make_demo_material
from playbill.demo.clip import COLLINS
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import Segment, cut, uncut
from playbill.pipeline.settings import AnalysisSettings
from tests.support.same_sightings import assert_same_sightings

pytestmark = pytest.mark.models
CLIPS = (
    "video/chaplin.mp4",
    "video/crowd_1080p.mp4",
    "video/one_by_one_person.mp4",
    "video/three_faces.gif",
    "archive/hamilton/short_hamilton_clip.mp4",
)


@pytest.fixture(scope="module")
def judge() -> Analyzer:
    return open_analyzer(AnalysisSettings(sample_every=15, batch=4), describe=True)


def in_sevens(whole: Segment, every: int) -> list[Segment]:
    """Seven wanted frames a segment, wherever that is."""
    starts = range(0, whole.end_frame, 7 * every)
    ends = [*starts[1:], whole.end_frame]
    return [
        Segment(i, first, end, len(range(first, end, every)))
        for i, (first, end) in enumerate(zip(starts, ends, strict=True))
    ]


@pytest.mark.parametrize("name", CLIPS)
def test_real_video_in_segments_says_what_the_whole_says(
    judge: Analyzer, data_folder: Path, name: str
) -> None:
    assert_segments_say(judge, data_folder / name, judge.sightings(data_folder / name))


def assert_segments_say(judge: Analyzer, path: Path, whole: Sightings) -> None:
    media, every = judge.survey(path), judge.settings.sample_every
    for segments in (cut(media, every, 1), in_sevens(uncut(media, every), every)):
        kept = [judge.analyse_segment(media, part).to_bytes() for part in segments]
        found = judge.settle(media, [SegmentFindings.from_bytes(data) for data in kept])
        assert_same_sightings(found, whole)


def test_the_demo_in_segments_names_whom_the_whole_names(tmp_path: Path) -> None:
    material, gallery = make_demo_material(tmp_path), tmp_path / "cast.npz"
    enrol(material.portrait_folder, gallery)
    judge = open_analyzer(AnalysisSettings(), gallery)

    whole = judge.sightings(material.clip)

    assert whole.analysis.names() == [COLLINS]
    assert_segments_say(judge, material.clip, whole)
