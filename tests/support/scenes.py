"""Small archives for the tests of search: what is seen in which tick of which medium, and where.

A tick is a second with one analysed frame. Rows are written as analysis would have left them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from sqlalchemy import Connection, insert

from playbill.archive.packing import pack_text, pack_vector
from playbill.archive.tables import appearances, clusters, faces, media, people, runs, tracks
from playbill.archive.words import put_words
from playbill.core.labels import COCO_80
from tests.support.rows import EPOCH, SPACE, medium_row, run_row

SECOND = 1_000_000
FRAMES = 25
"""Decoded frames to a tick."""
Place = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True)
class Spell:
    """Somebody or something through some ticks without a gap: one appearance."""

    first: int
    end: int
    class_id: int = 0
    person: str | None = None
    cluster: str | None = None
    face: bool = True
    """Of class 0: whether there is a track, or a body alone."""
    score: float = 0.5
    verified: bool = False
    place: Place = (0, 0, 10, 20)

    @property
    def ticks(self) -> set[int]:
        return set(range(self.first, self.end))


@dataclass(frozen=True)
class Scene:
    """One medium and its shown run."""

    id: str
    spells: Sequence[Spell] = ()
    name: str = ""
    added: int = 0
    """Days after `EPOCH`."""
    picture: bool = False
    hidden: bool = False
    stale: Sequence[Spell] = ()
    """What an earlier run saw, which is not shown."""
    vectors: dict[int, Sequence[float]] = field(default_factory=dict)
    """By number of the spell, the embedding of its track."""
    sha256: str = ""
    """Where the id is to follow from it; any other, if left out."""

    @property
    def added_at(self) -> datetime:
        return EPOCH + timedelta(days=self.added)


def person_id(name: str) -> str:
    return str(uuid5(NAMESPACE_OID, f"person {name}"))


def put_people(tx: Connection, *names: str, hidden: Sequence[str] = ()) -> None:
    for name in names:
        known = {"first_name": name, "name": name, "created_at": EPOCH, "created_by": "test"}
        tx.execute(insert(people).values(id=person_id(name), hidden=name in hidden, **known))
        put_words(tx, "person", person_id(name), name)


def put_clusters(tx: Connection, *ids: str, hidden: Sequence[str] = ()) -> None:
    for id_ in ids:
        row = {"id": id_, "space": SPACE, "created_at": EPOCH, "hidden": id_ in hidden}
        tx.execute(insert(clusters).values(row))


def put_scene(tx: Connection, scene: Scene) -> None:
    row = medium_row(
        scene.id,
        name=scene.name or scene.id,
        kind="image" if scene.picture else "video",
        added_at=scene.added_at,
        run_id=f"{scene.id}-run",
        hidden=scene.hidden,
        **({"sha256": scene.sha256} if scene.sha256 else {}),
    )
    tx.execute(insert(media).values(row))
    put_words(tx, "media", scene.id, scene.name or scene.id)
    _put_run(tx, scene, f"{scene.id}-old", scene.stale, current=False)
    _put_run(tx, scene, f"{scene.id}-run", scene.spells, current=True)


def _put_run(
    tx: Connection, scene: Scene, run_id: str, spells: Sequence[Spell], *, current: bool
) -> None:
    ticks = sorted({tick for spell in spells for tick in spell.ticks})
    shown = {tick: [spell for spell in spells if tick in spell.ticks] for tick in ticks}
    frames = [
        {"frameIdx": tick * FRAMES, "time": tick, "objects": [_entry(spell) for spell in seen]}
        for tick, seen in shown.items()
    ]
    document = json.dumps({"schema": "playbill/1", "frames": frames})
    covered = {"sample_every": FRAMES, "expected": len(ticks), "analysed": len(ticks)}
    row = run_row(run_id, scene.id, document=pack_text(document), **covered)
    tx.execute(insert(runs).values(row))
    if not spells:
        return
    where = {"run_id": run_id, "media_id": scene.id}
    track_of = _put_tracks(tx, scene, where, spells)
    seen = [
        where | _face(spell, tick, track_of[number]) | {"thing": _place(shown[tick], spell)}
        for number, spell in enumerate(spells)
        if number in track_of
        for tick in sorted(spell.ticks)
    ]
    if seen:
        tx.execute(insert(faces), seen)
    rows = [
        where | _appearance(spell, scene) | {"track_id": track_of.get(number), "current": current}
        for number, spell in enumerate(spells)
    ]
    tx.execute(insert(appearances), rows)


def _put_tracks(
    tx: Connection, scene: Scene, row: dict[str, str], spells: Sequence[Spell]
) -> dict[int, int]:
    """The ids of the tracks, by the numbers of their spells."""
    numbers = [i for i, spell in enumerate(spells) if spell.class_id == 0 and spell.face]
    rows = [
        row
        | _span(spells[i], scene)
        | _identity(spells[i])
        | {"shot": 0, "faces": len(spells[i].ticks), "space": SPACE}
        | {"embedding": pack_vector(np.array(scene.vectors.get(i, (1.0, 0.0))))}
        for i in numbers
    ]
    if not rows:
        return {}
    kept = insert(tracks).returning(tracks.c.id, sort_by_parameter_order=True)
    return dict(zip(numbers, tx.execute(kept, rows).scalars(), strict=True))


def _identity(spell: Spell) -> dict[str, object]:
    return {
        "person_id": person_id(spell.person) if spell.person else None,
        "cluster_id": spell.cluster,
        "verified": spell.verified,
    }


def _appearance(spell: Spell, scene: Scene) -> dict[str, object]:
    return {
        "kind": "person" if spell.class_id == 0 else "object",
        "class_id": spell.class_id,
        "shot": 0,
        "first_frame": spell.first * FRAMES,
        "last_frame": (spell.end - 1) * FRAMES,
        "frames": spell.end - spell.first,
        "score": spell.score,
        **_span(spell, scene),
        **_identity(spell),
    }


def _face(spell: Spell, tick: int, track: int) -> dict[str, object]:
    """The upper half of the body; the later, the surer."""
    left, top, right, bottom = spell.place
    return {
        "machine_track_id": track,
        "track_id": track,
        "frame_index": tick * FRAMES,
        "time_us": tick * SECOND,
        "left": left,
        "top": top,
        "right": right,
        "bottom": top + (bottom - top) / 2,
        "score": 0.9 + tick / 1000,
        "crop": f"crops/{track}-{tick}.jpg",
    }


def _place(shown: Sequence[Spell], spell: Spell) -> int:
    return next(i for i, other in enumerate(shown) if other is spell)


def _span(spell: Spell, scene: Scene) -> dict[str, int]:
    if scene.picture:
        return {"start_us": 0, "end_us": 1}
    return {"start_us": spell.first * SECOND, "end_us": spell.end * SECOND}


def _entry(spell: Spell) -> dict[str, object]:
    left, top, right, bottom = spell.place
    return {
        "ObjectID": spell.class_id,
        "Bb": {"x": left, "y": top, "width": right - left, "height": bottom - top},
        "kind": "person" if spell.class_id == 0 else "object",
        "label": COCO_80[spell.class_id],
        "score": spell.score,
    }
