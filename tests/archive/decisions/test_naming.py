"""Who it is: of clusters, of tracks one by one, and what a machine may say besides."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from playbill.archive.decisions.clusters import merge_clusters
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, name_cluster, reject, rename
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.decisions.together import Claim, losers
from playbill.archive.decisions.undo import undo
from playbill.archive.people import get_person
from playbill.archive.tables import clusters, decisions, tracks
from playbill.errors import ArchiveError, BadName, Conflict, NotInArchive
from tests.support.archived import WHO, Archived

WhoIs = Callable[..., list[tuple[str | None, bool]]]


def test_naming_a_cluster_names_its_tracks_in_every_medium(
    archived: Archived, who_is: WhoIs
) -> None:
    first, second = archived.medium(), archived.medium()
    one = archived.track(first, archived.run(first), [1, 2], cluster="c")
    other = archived.track(second, archived.run(second), [5], cluster="c")
    ada = archived.person("ada")

    seq = archived.database.write(lambda tx: name_cluster(tx, WHO, "c", ada))
    assert who_is(one, other) == [("ada", True), ("ada", True)]

    archived.database.write(lambda tx: undo(tx, WHO, seq))
    assert who_is(one, other) == [(None, False), (None, False)]


def test_a_machine_s_match_counts_from_one_half_on(archived: Archived, who_is: WhoIs) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    archived.person("ada")
    sure = archived.track(medium, run, [1], machine=("ada", 0.5))
    unsure = archived.track(medium, run, [2], machine=("ada", 0.49))

    archived.database.write(lambda tx: project_tracks(tx, [sure, unsure]))

    assert who_is(sure, unsure) == [("ada", False), (None, False)]


def test_assigning_one_track_leaves_the_rest_of_its_cluster_alone(
    archived: Archived, who_is: WhoIs
) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    one, other = (archived.track(medium, run, [n], cluster="c") for n in (1, 2))
    for person in ("ada", "bob"):
        archived.person(person)
    write = archived.database.write

    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))
    write(lambda tx: assign(tx, WHO, [one], "bob"))
    assert who_is(one, other) == [("bob", True), ("ada", True)]

    write(lambda tx: assign(tx, WHO, [one], None))
    assert who_is(one, other) == [(None, True), ("ada", True)]


def test_a_rejected_person_comes_back_neither_by_cluster_nor_machine_nor_a_later_run(
    archived: Archived, who_is: WhoIs
) -> None:
    medium = archived.medium()
    archived.person("ada")
    track = archived.track(medium, archived.run(medium), [1], cluster="c", machine=("ada", 0.9))
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    seq = write(lambda tx: reject(tx, WHO, [track], "ada"))
    assert who_is(track) == [(None, False)]

    again = update(tracks).values(machine_score=0.99)
    write(lambda tx: tx.execute(again))
    write(lambda tx: project_tracks(tx, [track]))
    later = archived.track(
        medium, archived.run(medium), [1], cluster="c", machine=("ada", 0.99), same_as=track
    )
    write(lambda tx: project_tracks(tx, [later]))
    assert who_is(track, later) == [(None, False), (None, False)]

    write(lambda tx: undo(tx, WHO, seq))
    assert who_is(track, later) == [("ada", True), ("ada", True)]


def test_what_was_said_holds_for_the_same_faces_in_later_and_earlier_runs(
    archived: Archived, who_is: WhoIs
) -> None:
    medium = archived.medium()
    archived.person("ada")
    archived.person("bob")
    old = archived.track(medium, archived.run(medium), [1, 2])
    write = archived.database.write
    write(lambda tx: assign(tx, WHO, [old], "ada"))
    newer = archived.run(medium)
    first = archived.track(medium, newer, [1], machine=("bob", 0.9), same_as=old)
    second = archived.track(medium, newer, [2], same_as=old)
    write(lambda tx: project_tracks(tx, [first, second]))
    assert who_is(first, second) == [("ada", True), ("ada", True)]

    write(lambda tx: assign(tx, WHO, [first], "bob"))

    assert who_is(old, first, second) == [("bob", True), ("bob", True), ("ada", True)]


def test_a_track_of_no_cluster_has_the_name_of_its_cluster_in_the_run_before(
    archived: Archived, who_is: WhoIs
) -> None:
    medium = archived.medium()
    archived.person("ada")
    old = archived.track(medium, archived.run(medium), [1], cluster="c")
    archived.database.write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    new = archived.track(medium, archived.run(medium), [1], same_as=old)
    archived.database.write(lambda tx: project_tracks(tx, [new]))

    assert who_is(new) == [("ada", True)]


def test_the_machine_never_gives_two_faces_of_one_frame_one_name(
    archived: Archived, who_is: WhoIs
) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    archived.person("ada")
    weak, strong, apart = (
        archived.track(medium, run, frames, machine=("ada", score))
        for frames, score in (([1, 2], 0.8), ([2, 3], 0.9), ([4], 0.6))
    )
    archived.database.write(lambda tx: project_tracks(tx, [weak]))
    assert who_is(weak, strong, apart)[0] == (None, False)

    archived.database.write(lambda tx: project_tracks(tx, [weak, strong, apart]))
    assert who_is(weak, strong, apart) == [(None, False), ("ada", False), ("ada", False)]

    seq = archived.database.write(lambda tx: assign(tx, WHO, [weak], "ada"))
    assert who_is(weak, strong, apart) == [("ada", True), (None, False), ("ada", False)]

    archived.database.write(lambda tx: undo(tx, WHO, seq))
    assert who_is(weak, strong, apart) == [(None, False), ("ada", False), ("ada", False)]


@given(
    st.lists(
        st.tuples(st.sampled_from([0.5, 0.7, 0.9]), st.booleans(), st.frozensets(st.integers(0, 4)))
    )
)
def test_whoever_loses_meets_a_winner_that_is_no_weaker(
    drawn: list[tuple[float, bool, frozenset[int]]],
) -> None:
    claims = [Claim(n, score, verified) for n, (score, verified, _) in enumerate(drawn)]
    frames = {n: shown for n, (_, _, shown) in enumerate(drawn)}

    lost = losers(claims, frames)

    machine_winners = [one for one in claims if not one.verified and one.track_id not in lost]
    for one in machine_winners:
        for other in claims:
            if other is not one and other.track_id not in lost:
                assert not frames[one.track_id] & frames[other.track_id]
    for number in lost:
        assert not claims[number].verified
        assert any(
            frames[number] & frames[other.track_id]
            and (other.verified or other.score >= claims[number].score)
            for other in claims
            if other.track_id not in lost
        )


def meeting(archived: Archived) -> tuple[int, int]:
    """Two tracks that share a frame, in two clusters."""
    medium = archived.medium()
    run = archived.run(medium)
    archived.person("ada")
    archived.person("bob")
    first = archived.track(medium, run, [1, 2], cluster="c")
    return first, archived.track(medium, run, [2, 3], cluster="d")


def test_a_person_is_not_told_to_be_twice_in_a_frame_unless_it_is_meant(
    archived: Archived, who_is: WhoIs
) -> None:
    one, other = meeting(archived)
    write = archived.database.write
    write(lambda tx: assign(tx, WHO, [one], "ada"))

    with pytest.raises(Conflict, match=rf"both track {one} and track {other} in frame 2 of run"):
        write(lambda tx: assign(tx, WHO, [other], "ada"))
    with pytest.raises(Conflict, match="person ada: would be both"):
        write(lambda tx: name_cluster(tx, WHO, "d", "ada"))
    with pytest.raises(Conflict, match="person bob: would be both"):
        write(lambda tx: assign(tx, WHO, [one, other], "bob"))
    assert who_is(one, other) == [("ada", True), (None, False)]

    write(lambda tx: assign(tx, WHO, [other], "ada", even_if_together=True))
    assert who_is(one, other) == [("ada", True), ("ada", True)]
    write(lambda tx: assign(tx, WHO, [one], "ada"))


def test_people_and_clusters_that_meet_in_a_frame_are_not_made_one_unless_it_is_meant(
    archived: Archived, who_is: WhoIs
) -> None:
    one, other = meeting(archived)
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))
    write(lambda tx: assign(tx, WHO, [other], "bob"))

    with pytest.raises(Conflict, match="person ada: would be both"):
        write(lambda tx: merge_people(tx, WHO, "bob", "ada"))
    write(lambda tx: assign(tx, WHO, [one, other], None))
    write(lambda tx: merge_people(tx, WHO, "bob", "ada"))
    assert who_is(one, other) == [(None, True), (None, True)]


def test_clusters_whose_tracks_meet_are_not_made_one_under_a_name(
    archived: Archived, who_is: WhoIs
) -> None:
    one, other = meeting(archived)
    write = archived.database.write
    write(lambda tx: name_cluster(tx, WHO, "c", "ada"))

    with pytest.raises(Conflict, match="would be both"):
        write(lambda tx: merge_clusters(tx, WHO, "d", "c"))
    assert who_is(one, other) == [("ada", True), (None, False)]

    write(lambda tx: merge_clusters(tx, WHO, "d", "c", even_if_together=True))
    assert who_is(one, other) == [("ada", True), ("ada", True)]


@pytest.mark.parametrize("name", ["'; DROP TABLE people; --", "<script>", "🦊", "x" * 1000])
def test_odd_names_are_kept_as_they_are(archived: Archived, name: str) -> None:
    archived.person("ada")

    archived.database.write(lambda tx: rename(tx, WHO, "ada", name))

    assert archived.database.read(lambda tx: get_person(tx, "ada")).name == name


def test_the_last_name_that_counts_is_the_name(archived: Archived) -> None:
    archived.person("ada")
    write = archived.database.write
    first = write(lambda tx: rename(tx, WHO, "ada", "Ada Byron"))
    second = write(lambda tx: rename(tx, WHO, "ada", "Ada King"))

    def now() -> str:
        return archived.database.read(lambda tx: get_person(tx, "ada")).name

    assert now() == "Ada King"
    write(lambda tx: undo(tx, WHO, first))
    assert now() == "Ada King"
    write(lambda tx: undo(tx, WHO, second))
    assert now() == "Ada"


def test_a_name_that_somebody_has_is_given_again_only_on_request(archived: Archived) -> None:
    for person in ("ada", "bob"):
        archived.person(person)
    write = archived.database.write

    with pytest.raises(Conflict, match="the name 'Ada' is that of person ada already"):
        write(lambda tx: rename(tx, WHO, "bob", " Ada "))
    write(lambda tx: rename(tx, WHO, "ada", "Ada"))
    write(lambda tx: rename(tx, WHO, "bob", "Ada", even_if_named_alike=True))


def test_what_cannot_be_decided_says_why_and_leaves_nothing(archived: Archived) -> None:
    medium = archived.medium()
    track = archived.track(medium, archived.run(medium), [1], cluster="c")
    for person in ("ada", "bob"):
        archived.person(person)
    write = archived.database.write
    write(lambda tx: merge_people(tx, WHO, "bob", "ada"))
    refused = {
        "track 99: there is no such track": lambda tx: assign(tx, WHO, [track, 99], "ada"),
        "track -1: there is no such track": lambda tx: reject(tx, WHO, [-1], "ada"),
        "found none, expected at least one": lambda tx: assign(tx, WHO, [], "ada"),
        "person 'x': there is no such person": lambda tx: assign(tx, WHO, [track], "x"),
        "cluster 'x': there is no such cluster": lambda tx: name_cluster(tx, WHO, "x", "ada"),
        "person bob: is one with person ada": lambda tx: name_cluster(tx, WHO, "c", "bob"),
        "is blank": lambda tx: rename(tx, WHO, "ada", "  "),
        "cluster c: was changed meanwhile, found version 1, expected 7": lambda tx: name_cluster(
            tx, WHO, "c", "ada", expected_version=7
        ),
        "person ada: was changed meanwhile, found version 2, expected 1": lambda tx: rename(
            tx, WHO, "ada", "Ada B.", expected_version=1
        ),
    }
    for message, work in refused.items():
        with pytest.raises((ArchiveError, NotInArchive, Conflict, BadName), match=message):
            write(work)

    kinds = archived.database.read(lambda tx: tx.execute(select(decisions.c.kind)).scalars().all())
    assert kinds == ["merge_people"]


def test_versions_count_the_changes_of_a_row(archived: Archived) -> None:
    medium = archived.medium()
    archived.track(medium, archived.run(medium), [1], cluster="c")
    archived.person("ada")
    version = select(clusters.c.version).where(clusters.c.id == "c")
    write = archived.database.write

    seq = write(lambda tx: name_cluster(tx, WHO, "c", "ada", expected_version=1))
    assert archived.database.read(lambda tx: tx.execute(version).scalar_one()) == 2
    write(lambda tx: name_cluster(tx, WHO, "c", "ada", expected_version=2))
    assert archived.database.read(lambda tx: tx.execute(version).scalar_one()) == 2
    write(lambda tx: undo(tx, WHO, seq))
    assert archived.database.read(lambda tx: tx.execute(version).scalar_one()) == 2
