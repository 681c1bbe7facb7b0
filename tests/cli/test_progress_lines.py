"""Progress where no bar can move: a line now and then, by a clock that tests turn."""

from dataclasses import dataclass
from fractions import Fraction

from playbill.cli.lines import EVERY_S, FrameLines, Now
from playbill.pipeline.hooks import Progress
from tests.support.sightings import video


@dataclass
class Clock:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


def reports(clock: Clock, lines: FrameLines, name: str, frames: int, *, each_s: float) -> None:
    """A medium of `frames`, a second of it and `each_s` of ours apart."""
    for done in range(1, frames + 1):
        clock.now_s += each_s
        lines.show(Progress(video(name), done, frames, Fraction(done)))


def test_a_line_says_frames_speed_and_what_is_left() -> None:
    said, clock = list[str](), Clock()

    reports(clock, FrameLines(said.append, clock), "news.mp4", 3000, each_s=0.25)

    assert said[0] == "news.mp4: 20 of 3,000 frames, 4.0x, 0:12:25 left"
    assert said[-1] == "news.mp4: 3,000 of 3,000 frames, 4.0x"


def test_however_many_frames_there_are_lines_keep_their_distance() -> None:
    said, clock = list[str](), Clock()

    reports(clock, FrameLines(said.append, clock), "news.mp4", 10_000, each_s=1 / 1024)

    assert len(said) == 10_000 / 1024 // EVERY_S == 1


def test_what_is_over_soon_says_nothing() -> None:
    said, clock = list[str](), Clock()

    reports(clock, FrameLines(said.append, clock), "news.mp4", 4, each_s=1)

    assert said == []


def test_each_medium_has_a_speed_of_its_own_and_many_share_the_distance() -> None:
    said, clock = list[str](), Clock()
    lines = FrameLines(said.append, clock)

    reports(clock, lines, "slow.mp4", 5, each_s=4)
    reports(clock, lines, "quick.mp4", 40, each_s=0.125)
    for number in range(90):
        reports(clock, lines, f"{number}.mp4", 1, each_s=0.01)

    assert [line for line in said if line.startswith("quick")] == [
        "quick.mp4: 8 of 40 frames, 8.0x, 0:00:04 left"
    ]
    assert len(said) == 3


def test_it_is_due_once_after_each_pause() -> None:
    clock = Clock()
    now = Now(clock)
    due = []
    for _ in range(12):
        clock.now_s += EVERY_S / 4
        due.append(now.is_due())

    assert due == [False, False, False, True] * 3
