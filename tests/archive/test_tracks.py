"""Tracks and faces, as they are looked at."""

import pytest

from playbill.archive.database import Database
from playbill.archive.paging import cursor_of
from playbill.archive.tracks import faces_of, list_tracks
from playbill.errors import ArchiveError, NotInArchive
from tests.support.archived import FRAME_US, Archived


def test_tracks_of_what_is_shown_come_page_by_page_each_with_a_picture(database: Database) -> None:
    archived = Archived(database)
    medium, other = archived.medium(), archived.medium()
    archived.track(medium, archived.run(medium), range(2))
    shown = archived.run(medium)
    tracks = [archived.track(medium, shown, range(n, n + 3)) for n in range(3)]
    elsewhere = archived.track(other, archived.run(other), range(2), cluster="c")

    first = database.read(lambda tx: list_tracks(tx, media_id=medium, limit=2))
    rest = database.read(lambda tx: list_tracks(tx, media_id=medium, limit=2, after=first.next))

    assert [one.id for one in (*first.items, *rest.items)] == tracks
    assert rest.next is None
    crops = [one.crop for one in first.items]
    assert crops == [f"crops/{track}/{frame}.jpg" for frame, track in enumerate(tracks[:2])]
    of_group = database.read(lambda tx: list_tracks(tx, cluster_id="c"))
    assert [(one.id, one.faces, one.end_us) for one in of_group.items] == [
        (elsewhere, 2, 2 * FRAME_US)
    ]
    assert [face.frame_index for face in database.read(lambda tx: faces_of(tx, elsewhere))] == [
        0,
        1,
    ]


@pytest.mark.parametrize("track_id", [0, -1, 99, 2**63, 2**70])
def test_a_track_that_is_not_there_is_said(database: Database, track_id: int) -> None:
    with pytest.raises(NotInArchive, match=f"track {track_id}: there is no such track"):
        database.read(lambda tx: faces_of(tx, track_id))


@pytest.mark.parametrize("key", [2**63, -(2**70), 1.5, "1"])
def test_a_forged_cursor_is_refused(database: Database, key: float | str) -> None:
    with pytest.raises(ArchiveError, match="cursor"):
        database.read(lambda tx: list_tracks(tx, after=cursor_of(key)))
