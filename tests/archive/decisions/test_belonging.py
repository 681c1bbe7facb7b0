"""Which faces belong together: splits, separations and merges, and undoing them much later."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from playbill.archive.clusters import get_cluster, list_clusters
from playbill.archive.database import Database
from playbill.archive.decisions.clusters import merge_clusters, separate, split
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.log import list_decisions
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, name_cluster, reject
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.decisions.promoting import promote
from playbill.archive.decisions.undo import undo
from playbill.archive.people import get_person, list_people
from playbill.archive.tables import appearances, media, tracks
from playbill.errors import ArchiveError, Conflict, NotInArchive
from tests.support.archived import FRAME_US, WHO, Archived

WhoIs = Callable[..., list[tuple[str | None, bool]]]


def spans(database: Database) -> list[tuple[int, int, int, int]]:
    """Track, start and end in frames, how many faces: what is shown, by time."""
    of = appearances.c
    shown = select(of.track_id, of.start_us, of.end_us, of.frames).where(of.current)
    rows = database.read(lambda tx: tx.execute(shown.order_by(of.start_us, of.id)).all())
    return [(track, start // FRAME_US, end // FRAME_US, n) for track, start, end, n in rows]


def face_ids(*frames: int) -> list[int]:
    """Faces of the only track of a fresh data base are numbered from 1, one a frame."""
    return [frame + 1 for frame in frames]


def test_faces_taken_out_of_a_track_are_somebody_else_in_their_own_time(
    archived: Archived, who_is: WhoIs
) -> None:
    archived.person("ada")
    archived.person("bob")
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), range(6), cluster="c")
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    seq, part = write(lambda tx: split(tx, WHO, track, face_ids(3, 4)))
    assert spans(archived.database) == [(track, 0, 3, 3), (part, 3, 5, 2), (track, 5, 6, 1)]
    assert who_is(track, part) == [("ada", True), (None, False)]

    write(lambda tx: assign(tx, WHO, [part], "bob"))
    assert who_is(track, part) == [("ada", True), ("bob", True)]

    undone = write(lambda tx: undo(tx, WHO, seq))
    assert spans(archived.database) == [(track, 0, 6, 6)]

    write(lambda tx: undo(tx, WHO, undone))
    assert spans(archived.database) == [(track, 0, 3, 3), (part, 3, 5, 2), (track, 5, 6, 1)]
    assert who_is(track, part) == [("ada", True), ("bob", True)]


def test_a_part_is_split_again_and_either_split_may_be_undone_first(archived: Archived) -> None:
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), range(4))
    write = archived.database.write
    first, part = write(lambda tx: split(tx, WHO, track, face_ids(2, 3)))
    second, piece = write(lambda tx: split(tx, WHO, part, face_ids(3)))
    assert spans(archived.database) == [(track, 0, 2, 2), (part, 2, 3, 1), (piece, 3, 4, 1)]

    write(lambda tx: undo(tx, WHO, first))
    assert spans(archived.database) == [(track, 0, 3, 3), (piece, 3, 4, 1)]
    write(lambda tx: undo(tx, WHO, second))
    assert spans(archived.database) == [(track, 0, 4, 4)]


def test_a_part_is_not_whom_the_whole_was_said_not_to_be(archived: Archived, who_is: WhoIs) -> None:
    archived.person("ada")
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), range(3))
    write = archived.database.write
    write(lambda tx: reject(tx, WHO, [track], "ada"))
    _, part = write(lambda tx: split(tx, WHO, track, face_ids(1)))
    later = archived.track(medium, archived.run(medium), [1], same_as=part)
    matched = tracks.update().where(tracks.c.id.in_([part, later]))
    write(lambda tx: tx.execute(matched.values(machine_person_id="ada", machine_score=0.9)))

    write(lambda tx: project_tracks(tx, [part]))

    assert who_is(part, later) == [(None, False)] * 2


def test_what_is_said_of_the_rest_after_a_split_is_not_about_the_part(
    archived: Archived, who_is: WhoIs
) -> None:
    archived.person("ada")
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), range(3))
    write = archived.database.write
    _, part = write(lambda tx: split(tx, WHO, track, face_ids(1)))
    later = archived.track(medium, archived.run(medium), [1], same_as=part)
    matched = tracks.update().where(tracks.c.id.in_([part, later]))
    write(lambda tx: tx.execute(matched.values(machine_person_id="ada", machine_score=0.9)))

    write(lambda tx: reject(tx, WHO, [track], "ada"))

    assert who_is(part, later) == [("ada", False)] * 2


def test_a_split_says_what_is_wrong_with_it(archived: Archived) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    track = archived.track(medium, run, range(3))
    other = archived.track(medium, run, [9])
    write = archived.database.write

    with pytest.raises(NotInArchive, match="track 99"):
        write(lambda tx: split(tx, WHO, 99, [1]))
    with pytest.raises(ArchiveError, match="found no faces"):
        write(lambda tx: split(tx, WHO, track, []))
    with pytest.raises(ArchiveError, match="all of its 3 faces"):
        write(lambda tx: split(tx, WHO, track, [1, 2, 3]))
    with pytest.raises(Conflict, match=f"track {track}: has no face 4"):
        write(lambda tx: split(tx, WHO, track, [1, 4]))
    assert spans(archived.database) == [(track, 0, 3, 3), (other, 9, 10, 1)]


def test_tracks_taken_out_of_a_cluster_stay_out_in_later_runs(
    archived: Archived, who_is: WhoIs
) -> None:
    archived.person("ada")
    medium = archived.medium()
    run = archived.run(medium)
    stays, goes = (archived.track(medium, run, [n], cluster="c") for n in (1, 2))
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    seq, new = write(lambda tx: separate(tx, WHO, [goes]))
    assert who_is(stays, goes) == [("ada", True), (None, False)]

    later = archived.track(medium, archived.run(medium), [2], cluster="c", same_as=goes)
    write(lambda tx: project_tracks(tx, [later]))
    assert who_is(later) == [(None, False)]
    sizes = {row.id: row.tracks for row in archived.database.read(list_clusters).items}
    assert sizes == {"c": 1, new: 2}

    write(lambda tx: undo(tx, WHO, seq))
    assert who_is(stays, goes, later) == [("ada", True)] * 3


def test_only_tracks_of_one_cluster_are_separated_at_once(archived: Archived) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    one = archived.track(medium, run, [1], cluster="c")
    two = archived.track(medium, run, [2], cluster="d")
    none = archived.track(medium, run, [3])
    for chosen in ([one, two], [none]):
        with pytest.raises(Conflict, match="expected all of them in one cluster"):
            archived.database.write(partial(separate, who=WHO, track_ids=chosen))


def test_merged_clusters_have_the_survivor_s_name_or_else_the_other_s(
    archived: Archived, who_is: WhoIs
) -> None:
    for person in ("ada", "bob"):
        archived.person(person)
    medium = archived.medium()
    run = archived.run(medium)
    one, two = (archived.track(medium, run, [n], cluster=c) for n, c in ((1, "c"), (2, "d")))
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))
    merge = write(lambda tx: merge_clusters(tx, WHO, "c", "d"))
    assert who_is(one, two) == [("ada", True), ("ada", True)]
    with pytest.raises(Conflict, match="cluster c: is one with cluster d"):
        write(lambda tx: name_cluster(tx, WHO, "c", "bob"))

    write(lambda tx: name_cluster(tx, WHO, "d", "bob"))
    assert who_is(one, two) == [("bob", True), ("bob", True)]

    write(lambda tx: undo(tx, WHO, merge))
    assert who_is(one, two) == [("ada", True), ("bob", True)]
    assert archived.database.read(lambda tx: get_cluster(tx, "c")).merged_into is None


def test_the_survivor_s_name_counts_also_if_the_other_was_named_later(
    archived: Archived, who_is: WhoIs
) -> None:
    for person in ("ada", "bob"):
        archived.person(person)
    medium = archived.medium()
    run = archived.run(medium)
    one, two = (archived.track(medium, run, [n], cluster=c) for n, c in ((1, "c"), (2, "d")))
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "d", "bob"))
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    write(lambda tx: merge_clusters(tx, WHO, "c", "d"))

    assert who_is(one, two) == [("bob", True), ("bob", True)]


def test_people_merged_are_parted_months_later_with_what_was_said_of_each(
    archived: Archived, who_is: WhoIs
) -> None:
    for person in ("ann", "anna"):
        archived.person(person)
    medium = archived.medium()
    run = archived.run(medium)
    before, matched, after = (
        archived.track(medium, run, [1]),
        archived.track(medium, run, [2], machine=("ann", 0.8)),
        archived.track(medium, run, [3]),
    )
    write = archived.database.write
    write(lambda tx: project_tracks(tx, [matched]))
    write(lambda tx: assign(tx, WHO, [before], "ann"))

    merge = write(lambda tx: merge_people(tx, WHO, "ann", "anna"))
    assert who_is(before, matched) == [("anna", True), ("anna", False)]
    assert archived.database.read(lambda tx: get_person(tx, "ann")).merged_into == "anna"
    assert [row.id for row in archived.database.read(list_people).items] == ["anna"]
    write(lambda tx: assign(tx, WHO, [after], "anna"))
    for _ in range(20):  # months go by
        write(lambda tx: undo(tx, WHO, assign(tx, WHO, [after], None)))

    write(lambda tx: undo(tx, WHO, merge))
    assert who_is(before, matched, after) == [("ann", True), ("ann", False), ("anna", True)]


def test_merges_never_close_a_circle(archived: Archived, who_is: WhoIs) -> None:
    for person in ("ann", "anna"):
        archived.person(person)
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), [1])
    write = archived.database.write
    write(lambda tx: assign(tx, WHO, [track], "ann"))
    there = write(lambda tx: merge_people(tx, WHO, "ann", "anna"))
    with pytest.raises(Conflict, match="person ann: is one with person anna"):
        write(lambda tx: merge_people(tx, WHO, "anna", "ann"))
    with pytest.raises(ArchiveError, match="cannot be one with themselves"):
        write(lambda tx: merge_people(tx, WHO, "anna", "anna"))
    undone = write(lambda tx: undo(tx, WHO, there))
    back = write(lambda tx: merge_people(tx, WHO, "anna", "ann"))
    assert who_is(track) == [("ann", True)]

    write(lambda tx: undo(tx, WHO, undone))
    assert who_is(track) == [("anna", True)]
    write(lambda tx: undo(tx, WHO, there))
    assert who_is(track) == [("ann", True)]
    write(lambda tx: undo(tx, WHO, back))
    assert archived.database.read(lambda tx: get_person(tx, "anna")).merged_into is None


def test_not_ann_does_not_take_back_that_she_is_anna(archived: Archived, who_is: WhoIs) -> None:
    for person in ("ann", "anna"):
        archived.person(person)
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), [1])
    write = archived.database.write
    write(lambda tx: assign(tx, WHO, [track], "anna"))
    write(lambda tx: reject(tx, WHO, [track], "ann"))
    write(lambda tx: merge_people(tx, WHO, "ann", "anna"))
    assert who_is(track) == [("anna", True)]

    write(lambda tx: reject(tx, WHO, [track], "anna"))
    assert who_is(track) == [(None, False)]


def test_what_is_hidden_stays_and_is_shown_again_by_an_undo(archived: Archived) -> None:
    archived.person("ada")
    medium = archived.medium()
    archived.track(medium, archived.run(medium), [1], cluster="c")
    write, read = archived.database.write, archived.database.read
    seqs = [
        write(lambda tx: hide(tx, WHO, "person", "ada")),
        write(lambda tx: hide(tx, WHO, "cluster", "c")),
        write(lambda tx: hide(tx, WHO, "media", medium)),
    ]
    assert read(list_people).items == ()
    assert read(list_clusters).items == ()
    assert [row.id for row in read(lambda tx: list_people(tx, hidden=True)).items] == ["ada"]
    assert [row.id for row in read(lambda tx: list_clusters(tx, hidden=True)).items] == ["c"]
    assert read(lambda tx: tx.execute(select(media.c.hidden)).scalar_one()) is True
    with pytest.raises(Conflict, match="person ada: is hidden already"):
        write(lambda tx: hide(tx, WHO, "person", "ada"))

    for seq in seqs:
        write(partial(undo, who=WHO, seq=seq))
    assert [row.id for row in read(list_people).items] == ["ada"]
    assert [row.id for row in read(list_clusters).items] == ["c"]


def test_a_promoted_run_is_shown_until_that_is_undone(archived: Archived) -> None:
    medium = archived.medium()
    old = archived.run(medium)
    first = archived.track(medium, old, range(4))
    _, part = archived.database.write(lambda tx: split(tx, WHO, first, [2]))
    second = archived.track(medium, archived.run(medium), [7])
    assert spans(archived.database) == [(second, 7, 8, 1)]

    seq = archived.database.write(lambda tx: promote(tx, WHO, medium, old))
    shown = [(first, 0, 1, 1), (part, 1, 2, 1), (first, 2, 4, 2)]
    assert spans(archived.database) == shown
    with pytest.raises(NotInArchive, match="has no run 'x'"):
        archived.database.write(lambda tx: promote(tx, WHO, medium, "x"))

    archived.database.write(lambda tx: undo(tx, WHO, seq))
    assert spans(archived.database) == [(second, 7, 8, 1)]


def test_an_undo_says_what_cannot_be_undone(archived: Archived) -> None:
    archived.person("ada")
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), [1])
    write = archived.database.write
    seq = write(lambda tx: assign(tx, WHO, [track], "ada"))
    undone = write(lambda tx: undo(tx, WHO, seq))

    with pytest.raises(Conflict, match=f"decision {seq}: is undone already, by decision {undone}"):
        write(lambda tx: undo(tx, WHO, seq))
    for missing in (0, -1, 10**6, 2**70):
        with pytest.raises(NotInArchive, match=f"decision {missing}: there is no"):
            write(partial(undo, who=WHO, seq=missing))


def test_the_log_shows_every_decision_and_whether_it_counts(archived: Archived) -> None:
    for person in ("ada", "bob"):
        archived.person(person)
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), [1], cluster="c")
    write, read = archived.database.write, archived.database.read
    first = write(lambda tx: assign(tx, WHO, [track], "ada"))
    write(lambda tx: undo(tx, WHO, first))
    write(lambda tx: name_cluster(tx, WHO, "c", "bob"))

    page = read(lambda tx: list_decisions(tx, limit=2))
    rest = read(lambda tx: list_decisions(tx, limit=2, after=page.next))

    shown = [(one.decision.kind, one.counts) for one in (*page.items, *rest.items)]
    assert shown == [("name_cluster", True), ("undo", True), ("assign", False)]
    assert rest.next is None
    assert [(one.tracks, one.first_track) for one in rest.items] == [(1, track)]
    of_bob = read(lambda tx: list_decisions(tx, person_id="bob")).items
    of_cluster = read(lambda tx: list_decisions(tx, cluster_id="c")).items
    assert [one.decision.kind for one in of_bob] == ["name_cluster"]
    assert of_cluster == of_bob
