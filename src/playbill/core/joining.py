"""From frames to appearances: when somebody or something is in the picture, shot by shot."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.appearances import Appearance
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.samples import sample_spans, shot_numbers
from playbill.core.subjects import Subject
from playbill.core.timespan import TimeSpan


@dataclass(frozen=True, slots=True)
class Sight:
    """A subject seen in one analysed frame; `place` counts analysed frames."""

    place: int
    score: float


def find_appearances(
    frames: Sequence[FrameMetadata],
    cuts_s: Sequence[Fraction],
    end_s: Fraction,
    *,
    bridge: int,
) -> tuple[Appearance, ...]:
    """Join the frames that show the same subject within a shot.

    Args:
        frames: analysed frames in order.
        cuts_s: of the first frames of shots, rising.
        end_s: the end of the medium.
        bridge: so many analysed frames that miss the subject do not end its appearance.

    Returns:
        By start, then end; a cut ends every appearance.
    """
    times = [frame.time_s for frame in frames]
    spans, shots = sample_spans(times, cuts_s, end_s), shot_numbers(times, cuts_s)
    sights: dict[Subject, list[Sight]] = defaultdict(list)
    first: dict[Subject, Thing] = {}
    for place, frame in enumerate(frames):
        for subject, thing in _subjects(frame).items():
            sights[subject].append(Sight(place, score_of(thing)))
            first.setdefault(subject, thing)
    appearances = [
        _appearance(first[subject], seen, spans)
        for subject, all_seen in sights.items()
        for seen in unbroken(all_seen, shots, bridge)
    ]
    return tuple(sorted(appearances, key=lambda a: (a.span, a.kind != "person", a.class_id)))


def unbroken(seen: Sequence[Sight], shots: Sequence[int], bridge: int) -> Iterator[Sequence[Sight]]:
    """Cut sights apart where the shot changes or more than `bridge` frames lie between."""
    stretch: list[Sight] = []
    for sight in seen:
        if stretch:
            last = stretch[-1].place
            if shots[last] != shots[sight.place] or sight.place - last > bridge + 1:
                yield stretch
                stretch = []
        stretch.append(sight)
    yield stretch


def span_of(seen: Sequence[Sight], spans: Sequence[TimeSpan]) -> TimeSpan:
    """From the first sight to the end of what the last one's frame stands for."""
    return TimeSpan(spans[seen[0].place].start_s, spans[seen[-1].place].end_s)


def mean_score(seen: Sequence[Sight]) -> float:
    """The mean over the frames."""
    return sum(sight.score for sight in seen) / len(seen)


def score_of(thing: Thing) -> float:
    """Of a person with a name the match's, otherwise the detector's."""
    return thing.match.score if thing.match and thing.match.person else thing.score


def _subjects(frame: FrameMetadata) -> dict[Subject, Thing]:
    """Everything the frame shows, each once, where its score is best."""
    best: dict[Subject, Thing] = {}
    for thing in frame.things:
        so_far = best.setdefault(thing.subject, thing)
        if score_of(thing) > score_of(so_far):
            best[thing.subject] = thing
    return best


def _appearance(thing: Thing, seen: Sequence[Sight], spans: Sequence[TimeSpan]) -> Appearance:
    return Appearance(
        kind=thing.kind,
        label=thing.label,
        class_id=thing.class_id,
        person=thing.match.person if thing.match else None,
        unknown=thing.unknown,
        span=span_of(seen, spans),
        frames=len(seen),
        score=mean_score(seen),
    )
