"""What an analysed frame stands for: the time around it that nobody looked at more closely."""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from playbill.core.timespan import TimeSpan


def sample_spans(
    times_s: Sequence[Fraction], cuts_s: Sequence[Fraction], end_s: Fraction
) -> list[TimeSpan]:
    """The span of each analysed frame: from its own time to the next one's, within its shot.

    The first frame of a shot that was analysed stands for the shot from its cut on. The last frame
    lasts until `end_s`, the end of the medium.

    Args:
        times_s: of the analysed frames, rising.
        cuts_s: of the first frames of shots, rising.
        end_s: after the last frame.
    """
    spans = []
    for i, time_s in enumerate(times_s):
        after_s = times_s[i + 1] if i + 1 < len(times_s) else max(end_s, time_s + Fraction(1, 1000))
        shot = bisect_right(cuts_s, time_s)
        start_s = time_s
        if shot and (i == 0 or cuts_s[shot - 1] > times_s[i - 1]):
            start_s = cuts_s[shot - 1]
        if shot < len(cuts_s):
            after_s = min(after_s, cuts_s[shot])
        spans.append(TimeSpan(start_s, after_s))
    return spans


def shot_numbers(times_s: Sequence[Fraction], cuts_s: Sequence[Fraction]) -> list[int]:
    """The number of the shot, from 0, that each time lies in."""
    return [bisect_right(cuts_s, time_s) for time_s in times_s]
