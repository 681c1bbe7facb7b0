"""Who it is: the plain path."""

import pytest
from sqlalchemy import select

from playbill.archive.database import Database
from playbill.archive.decisions.naming import name_cluster
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.tables import appearances, tracks
from tests.support.archived import WHO, Archived


@pytest.fixture
def archived(database: Database) -> Archived:
    return Archived(database)


def shown(database: Database, track: int) -> tuple[str | None, bool]:
    row = database.read(lambda tx: tx.execute(select(tracks).where(tracks.c.id == track)).one())
    seen = select(appearances).where(appearances.c.track_id == track)
    for stretch in database.read(lambda tx: tx.execute(seen).all()):
        assert (stretch.person_id, stretch.verified, stretch.cluster_id) == (
            row.person_id,
            row.verified,
            row.cluster_id,
        )
    return row.person_id, row.verified


def test_naming_a_cluster_names_its_tracks_in_every_medium(archived: Archived) -> None:
    first, second = archived.medium(), archived.medium()
    one = archived.track(first, archived.run(first), [1, 2], cluster="c")
    other = archived.track(second, archived.run(second), [5], cluster="c")
    ada = archived.person("ada")

    archived.database.write(lambda tx: name_cluster(tx, WHO, "c", ada))

    assert shown(archived.database, one) == ("ada", True)
    assert shown(archived.database, other) == ("ada", True)


def test_a_machine_s_match_names_a_track_that_nobody_spoke_of(archived: Archived) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    archived.person("ada")
    sure = archived.track(medium, run, [1], machine=("ada", 0.5))
    unsure = archived.track(medium, run, [2], machine=("ada", 0.49))

    archived.database.write(lambda tx: project_tracks(tx, [sure, unsure]))

    assert shown(archived.database, sure) == ("ada", False)
    assert shown(archived.database, unsure) == (None, False)
