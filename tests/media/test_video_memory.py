from fractions import Fraction

import psutil
import pytest

from playbill.media.observing import Unobserved
from playbill.media.video import SampledVideo
from tests.support.clips import looped, numbered_clip, read_number

HOUR_S = 3600
GROUP = 40


@pytest.mark.parametrize("every", [5, 30])
def test_memory_stays_flat_over_an_hour_of_video(
    tmp_path_factory: pytest.TempPathFactory, every: int
) -> None:
    """Two frames a second; what grows with the frames grows with the hour."""
    folder = tmp_path_factory.mktemp("hour")
    part = numbered_clip(
        folder / "part.mp4", frames=GROUP, options={"g": str(GROUP), "bf": "2"}, rate=Fraction(2)
    )
    path = looped(part, folder / "hour.mp4", HOUR_S * 2 // GROUP)
    process, resident = psutil.Process(), []

    with SampledVideo.open(path, every, observe=Unobserved()) as video:
        assert video.info.duration_s == HOUR_S
        for number, frame in enumerate(video):
            assert frame.index == number * every
            assert frame.time_s * 2 == frame.index
            assert number % 50 or read_number(frame.image) == frame.index % GROUP
            if number * every % 900 == 0:
                resident.append(process.memory_info().rss)
        assert video.coverage.analysed == HOUR_S * 2 // every

    settled = resident[len(resident) // 4]
    assert max(resident) - settled < 8 * 2**20
