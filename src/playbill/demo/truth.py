"""What is in the clip and when, beside what was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.subjects import Kind
from playbill.core.timespan import TimeSpan, join_spans


@dataclass(frozen=True, slots=True)
class Expected:
    """A person or an object that a scene shows."""

    kind: Kind
    label: str
    """One of COCO's 80."""
    name: str | None = None
    """Of a person who is enrolled."""

    @property
    def title(self) -> str:
        """As a person would say it."""
        nameless = "person without a name" if self.kind == "person" else self.label
        return self.name or nameless


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of the clip, from cut to cut."""

    title: str
    span: TimeSpan
    shows: tuple[Expected, ...]
    """Empty: nothing that has a name or is one of the 80 classes."""
    beside: tuple[Expected, ...] = ()
    """There too, at the edge or half hidden: right when it is found, and no miss when it is not."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that a scene shows, or that was found in it, and when."""

    scene: Scene
    what: Expected
    is_true: bool
    """Whether the scene shows it."""
    found: TimeSpan | None
    """From its first appearance in the scene to the end of its last; None: not found."""
    covered: float
    """The share of the scene in which it was found, 0 to 1."""

    @property
    def is_right(self) -> bool:
        """Shown and found for most of the scene."""
        return self.is_true and self.covered >= 0.5


def compare(truth: Sequence[Scene], analysis: Analysis) -> list[Comparison]:
    """What each scene shows, then what else was found in it; scene by scene."""
    rows: list[Comparison] = []
    for scene in truth:
        found = [seen for seen in analysis.appearances if seen.span.overlaps(scene.span)]
        others = sorted({_what(seen) for seen in found} - set(scene.shows), key=lambda it: it.title)
        rows.extend(_compare(scene, what, found, is_true=True) for what in scene.shows)
        rows.extend(_compare(scene, what, found, is_true=what in scene.beside) for what in others)
    return rows


def _compare(
    scene: Scene, what: Expected, found: Iterable[Appearance], *, is_true: bool
) -> Comparison:
    inside = [_clip(seen.span, scene.span) for seen in found if _what(seen) == what]
    stretches = join_spans(inside)
    seconds = sum((span.length_s for span in stretches), Fraction(0))
    hull = TimeSpan(stretches[0].start_s, stretches[-1].end_s) if stretches else None
    return Comparison(scene, what, is_true, hull, float(seconds / scene.span.length_s))


def _what(seen: Appearance) -> Expected:
    return Expected(seen.kind, seen.label, seen.person.name if seen.person else None)


def _clip(span: TimeSpan, within: TimeSpan) -> TimeSpan:
    return TimeSpan(max(span.start_s, within.start_s), min(span.end_s, within.end_s))
