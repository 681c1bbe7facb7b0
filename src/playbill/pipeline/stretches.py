"""When one track, or things of one class, are in the picture without a break."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.joining import Sight, mean_score, score_of, span_of, unbroken
from playbill.core.metadata import FrameMetadata, Thing
from playbill.core.samples import sample_spans, shot_numbers
from playbill.core.sightings import Stretch
from playbill.core.subjects import Kind
from playbill.core.timespan import TimeSpan

NO_TIME = TimeSpan(Fraction(0), Fraction(1, 1_000_000))
"""A picture's."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a stretch is of."""

    kind: Kind
    class_id: int
    track: int | None


def find_stretches(
    frames: Sequence[FrameMetadata],
    track_of_thing: Sequence[Mapping[int, int]],
    cuts_s: Sequence[Fraction],
    end_s: Fraction | None,
    *,
    bridge: int,
) -> tuple[Stretch, ...]:
    """Join the frames of a shot that show the same track, or things of the same class.

    Args:
        frames: analysed frames in order.
        track_of_thing: for each frame, which of its things belongs to which track.
        cuts_s: of the first frames of shots, rising.
        end_s: the end of the medium; None: it has no time.
        bridge: so many analysed frames that miss the subject do not end its stretch.

    Returns:
        By start, then end.
    """
    times = [frame.time_s for frame in frames]
    shots = shot_numbers(times, cuts_s)
    spans = [NO_TIME for _ in times] if end_s is None else sample_spans(times, cuts_s, end_s)
    sights: dict[_Subject, list[Sight]] = defaultdict(list)
    for place, (frame, tracks) in enumerate(zip(frames, track_of_thing, strict=True)):
        for subject, score in _subjects(frame.things, tracks).items():
            sights[subject].append(Sight(place, score))
    stretches = [
        Stretch(
            kind=subject.kind,
            class_id=subject.class_id,
            shot=shots[seen[0].place],
            span=span_of(seen, spans),
            first_frame=frames[seen[0].place].index,
            last_frame=frames[seen[-1].place].index,
            frames=len(seen),
            score=mean_score(seen),
            track=subject.track,
        )
        for subject, all_seen in sights.items()
        for seen in unbroken(all_seen, shots, bridge)
    ]
    return tuple(sorted(stretches, key=_order))


def _subjects(things: Sequence[Thing], tracks: Mapping[int, int]) -> dict[_Subject, float]:
    """Everything a frame shows, each once, with its best score."""
    best: dict[_Subject, float] = {}
    for place, thing in enumerate(things):
        subject = _Subject(thing.kind, thing.class_id, tracks.get(place))
        best[subject] = max(score_of(thing), best.get(subject, 0.0))
    return best


def _order(stretch: Stretch) -> tuple[TimeSpan, bool, int, int]:
    track = -1 if stretch.track is None else stretch.track
    return (stretch.span, stretch.kind != "person", stretch.class_id, track)
