"""The same search in plain sets of ticks, over scenes, sharing no code with what it judges."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.support.scenes import Scene, Spell


@dataclass(frozen=True)
class Asked:
    """A query in the words of scenes."""

    people: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    classes: tuple[int, ...] = ()
    together: bool = True
    near: bool = False
    min_ticks: int = 0
    media: tuple[str, ...] = ()
    from_tick: int | None = None
    to_tick: int | None = None
    added_from: datetime | None = None
    added_to: datetime | None = None
    min_score: float | None = None
    verified: bool | None = None
    text: str = ""


Answer = tuple[str, int, int, str]
"""Medium, first tick, end, and whose it is where subjects are found one by one."""


def brute_force(
    scenes: Iterable[Scene], asked: Asked, hidden_people: set[str], hidden_clusters: set[str]
) -> list[Answer]:
    """Every answer, in order."""
    answers: list[Answer] = []
    for scene in sorted(scenes, key=lambda one: (one.added, one.id), reverse=True):
        if scene.hidden or (asked.media and scene.id not in asked.media):
            continue
        if asked.added_from and scene.added_at < asked.added_from:
            continue
        if asked.added_to and scene.added_at >= asked.added_to:
            continue
        seen = [
            spell
            for spell in scene.spells
            if spell.person not in hidden_people and spell.cluster not in hidden_clusters
        ]
        answers += sorted(_in_scene(scene, seen, asked), key=lambda one: (one[1], one[2], one[3]))
    return answers


def _in_scene(scene: Scene, seen: Sequence[Spell], asked: Asked) -> list[Answer]:
    groups = _groups(seen, asked)
    if not groups:
        return []
    met = []
    if asked.together and (asked.people or asked.clusters or asked.classes):
        both = set.intersection(*(set().union(*(one.ticks for one in some)) for _, some in groups))
        met = [("", run, [some for _, some in groups]) for run in _runs(both)]
    else:
        for key, some in groups:
            ticks = set().union(*(one.ticks for one in some))
            met += [(key, run, [some]) for run in _runs(ticks)]
    found = []
    for key, run, members in met:
        length = 0 if scene.picture else len(run)
        first, end = (0, 1) if scene.picture else (min(run), max(run) + 1)
        if length < asked.min_ticks or not _named(scene, members, run, asked.text):
            continue
        if asked.from_tick is not None and (0 if scene.picture else max(run)) < asked.from_tick:
            continue
        if asked.to_tick is not None and first >= asked.to_tick:
            continue
        if asked.near and not any(_near_at(tick, seen, members, asked) for tick in run):
            continue
        found.append((scene.id, first, end, key))
    return found


def _groups(seen: Sequence[Spell], asked: Asked) -> list[tuple[str, list[Spell]]]:
    def named(spell: Spell) -> bool:
        return asked.min_score is None or spell.score >= asked.min_score

    def said(spell: Spell) -> bool:
        if asked.verified is None:
            return True
        return spell.person is not None and spell.verified == asked.verified

    people = [s for s in seen if named(s) and said(s)]
    asked_for = [[s for s in people if s.person == name] for name in asked.people]
    asked_for += [[s for s in people if s.cluster == cluster] for cluster in asked.clusters]
    for class_id in asked.classes:
        if class_id:
            some = [s for s in seen if s.class_id == class_id and named(s)]
        else:
            some = [
                s
                for s in people
                if s.class_id == 0
                and (s.person is None or s.person not in asked.people)
                and (s.cluster is None or s.cluster not in asked.clusters)
            ]
        asked_for.append(some)
    if asked_for:
        return [(f"{number:02d}", some) for number, some in enumerate(asked_for)]
    alone: dict[str, list[Spell]] = {}
    for number, spell in enumerate(seen):
        if named(spell) and said(spell):
            alone.setdefault(_who(spell, number), []).append(spell)
    return sorted(alone.items())


def _who(spell: Spell, number: int) -> str:
    if spell.class_id:
        return f"class {spell.class_id}"
    if spell.person:
        return f"person {spell.person}"
    if spell.cluster:
        return f"cluster {spell.cluster}"
    return f"face {number}" if spell.face else "body"


def _runs(ticks: set[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for tick in sorted(ticks):
        if runs and runs[-1][-1] == tick - 1:
            runs[-1].append(tick)
        else:
            runs.append([tick])
    return runs


def _named(scene: Scene, members: list[list[Spell]], run: list[int], text: str) -> bool:
    names = [scene.name or scene.id]
    for some in members:
        names += [s.person for s in some if s.person and s.ticks & set(run)]
    plain = [unicodedata.normalize("NFKD", word).lower() for name in names for word in name.split()]
    words = ["".join(c for c in word if not unicodedata.combining(c)) for word in plain]
    return all(any(word.startswith(one) for word in words) for one in text.lower().split())


def _near_at(tick: int, seen: Sequence[Spell], members: list[list[Spell]], asked: Asked) -> bool:
    faces = len(asked.people) + len(asked.clusters)
    here = [[s for s in some if tick in s.ticks and s.face] for some in members[:faces]]
    named = {id(s) for some in here for s in some}
    for class_id in asked.classes:
        things = [s for s in seen if tick in s.ticks and s.class_id == class_id]
        here.append([s for s in things if class_id or id(s) not in named])
    for person in here[0]:
        left, top, right, bottom = person.place
        height = bottom - top

        def close(other: Spell) -> bool:
            a, b, c, d = other.place
            across = max(left - c, a - right, 0)  # noqa: B023
            down = max(top - d, b - bottom, 0)  # noqa: B023
            return across * across + down * down <= height * height  # noqa: B023

        if all(any(close(o) for o in some if o is not person) for some in here[1:]):
            return True
    return False
