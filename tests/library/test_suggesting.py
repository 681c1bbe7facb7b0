"""Whom groups without a name may be, by whom the archive knows today."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import insert, select

from playbill.archive.archive import Archive
from playbill.archive.packing import pack_vector
from playbill.archive.people import create_person
from playbill.archive.tables import portraits, tracks
from playbill.core.score_table import ScoreTable
from playbill.library.grouping import group_new
from playbill.library.suggesting import suggest
from playbill.recognition.network_scores import UNMEASURED, NetworkScores
from playbill.recognition.strangers import StrangerScores
from tests.support.sightings import SPACE, Actor, keep, look, sightings, video

WHO = "user:test"
SHARES = (0.01, 0.5, 0.99)
MEASURED = NetworkScores(
    strangers=StrangerScores(
        ((0.5, 0.0), (0.99, 0.3)), 9, "made up", ScoreTable((1,), SHARES, ((-0.4, 0.0, 0.4),))
    ),
    known=ScoreTable((1,), SHARES, ((0.4, 0.8, 1.0),)),
)


def grouped(archive: Archive, *looks: int) -> list[str]:
    """Groups of one track each, that look so."""
    actors = [Actor(range(5 * i, 5 * i + 3), look=some) for i, some in enumerate(looks)]
    made = sightings(*actors, media=video("a.mp4"), run_id="run")
    archive.database.write(lambda tx: keep(tx, made))
    group_new(archive, SPACE, UNMEASURED)
    rows = select(tracks.c.cluster_id).order_by(tracks.c.id)
    return [str(one) for one in archive.database.read(lambda tx: tx.scalars(rows).all())]


def enrolled(archive: Archive, name: str, number: int) -> str:
    """Somebody with a portrait that looks so."""
    found = archive.database.write(lambda tx: create_person(tx, WHO, name))
    row = {
        "person_id": found,
        "sha256": sha256(name.encode()).hexdigest(),
        "space": SPACE,
        "embedding": pack_vector(look(number)),
        "crop": f"portraits/{found}.jpg",
        "added_at": datetime.now(UTC),
        "added_by": WHO,
    }
    archive.database.write(lambda tx: tx.execute(insert(portraits), [row]))
    return found


def suggested(archive: Archive, groups: Sequence[str]) -> dict[str, list[str]]:
    found = suggest(archive, SPACE, MEASURED, groups)
    return {group: [one.person.name for one in maybe] for group, maybe in found.items()}


def test_somebody_enrolled_later_is_suggested_for_the_group_that_looks_like_them(
    archive: Archive,
) -> None:
    groups = grouped(archive, 1, 4)
    enrolled(archive, "Ada", 1)

    assert suggested(archive, groups) == {groups[0]: ["Ada"]}


def test_only_the_groups_that_are_asked_about_are_looked_at(archive: Archive) -> None:
    groups = grouped(archive, 1, 4)
    enrolled(archive, "Ada", 1)

    assert suggested(archive, groups[1:]) == {}


def test_while_nobody_is_known_by_face_nobody_is_suggested(archive: Archive) -> None:
    assert suggested(archive, grouped(archive, 1)) == {}


def test_how_likely_it_is_comes_with_it_and_no_name_is_given(archive: Archive) -> None:
    groups = grouped(archive, 1)
    ada = enrolled(archive, "Ada", 1)

    [maybe] = suggest(archive, SPACE, MEASURED, groups)[groups[0]]

    assert maybe.person.id == ada
    assert 0.9 < maybe.probability <= 1
    named = select(tracks.c.person_id)
    assert archive.database.read(lambda tx: tx.scalars(named).all()) == [None]
