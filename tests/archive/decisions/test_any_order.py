"""Whatever is decided and undone in whatever order, what is shown follows from what counts."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from playbill.archive.database import Database
from playbill.archive.decisions.clusters import merge_clusters, separate, split
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.merging import merge_people
from playbill.archive.decisions.naming import assign, name_cluster, reject, rename
from playbill.archive.decisions.projection import project_all, project_tracks
from playbill.archive.decisions.promoting import promote
from playbill.archive.decisions.undo import undo
from playbill.archive.tables import appearances, clusters, faces, media, people, tracks
from playbill.errors import ArchiveError
from tests.archive.decisions.oracle import Oracle, Row, Said, Seen, World
from tests.support.archived import WHO, Archived

Step = tuple[str, int, int, bool]
PEOPLE = ("ann", "bob", "cid")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "name_cluster",
                "assign",
                "assign",
                "unassign",
                "reject",
                "reject",
                "separate",
                "split",
                "merge_clusters",
                "merge_people",
                "rename",
                "hide",
                "promote",
                *["undo"] * 7,
            ]
        ),
        st.integers(0, 11),
        st.integers(0, 11),
        st.booleans(),
    ),
    max_size=14,
)


class RolledBack(Exception):
    """Ends an example and leaves the world as it was."""


@dataclass
class Game:
    """The archive under test, what the oracle knows of it, and what was decided so far."""

    tx: Connection
    world: World
    log: list[Said] = field(default_factory=list)

    def play(self, step: Step) -> None:
        kind, first, second, forced = step
        try:
            with self.tx.begin_nested():
                self.log.append(PLAYS[kind](self, first, second, forced))
        except ArchiveError:
            return

    def track(self, number: int) -> Seen:
        known = sorted(self.world.tracks)
        return self.world.tracks[known[number % len(known)]]

    def cluster(self, number: int) -> str:
        known = sorted(self.world.clusters)
        return known[number % len(known)]


def person(number: int) -> str:
    return PEOPLE[number % len(PEOPLE)]


def play_name_cluster(game: Game, first: int, second: int, forced: bool) -> Said:
    cluster, who = game.cluster(first), person(second)
    seq = name_cluster(game.tx, WHO, cluster, who, even_if_together=forced)
    return Said(seq, "name_cluster", cluster=cluster, person=who)


def play_assign(game: Game, first: int, second: int, forced: bool) -> Said:
    chosen = (game.track(first).id,)
    seq = assign(game.tx, WHO, chosen, person(second), even_if_together=forced)
    return Said(seq, "assign", tracks=chosen, person=person(second))


def play_unassign(game: Game, first: int, second: int, _: bool) -> Said:
    chosen = (game.track(first).id, game.track(second).id)
    return Said(assign(game.tx, WHO, chosen, None), "assign", tracks=chosen)


def play_reject(game: Game, first: int, second: int, _: bool) -> Said:
    chosen, who = (game.track(first).id,), person(second)
    company = frozenset(Oracle(game.world, game.log).people.company(who))
    seq = reject(game.tx, WHO, chosen, who)
    return Said(seq, "reject", tracks=chosen, person=who, people=company)


def play_separate(game: Game, first: int, second: int, both: bool) -> Said:
    chosen = (game.track(first).id, game.track(second).id)[: 2 if both else 1]
    seq, new = separate(game.tx, WHO, chosen)
    game.world.clusters.add(new)
    return Said(seq, "separate", tracks=chosen, other_cluster=new)


def play_split(game: Game, first: int, second: int, both: bool) -> Said:
    whole = game.track(first)
    places = Oracle(game.world, game.log).places()
    its = sorted(face for face, track in places.items() if track == whole.id)
    taken = [face for at, face in enumerate(its) if at == second or (both and at == second + 1)]
    seq, part = split(game.tx, WHO, whole.id, taken)
    game.world.tracks[part] = Seen(part, whole.run, whole.media, split_from=whole.id)
    return Said(seq, "split", tracks=(whole.id,), faces=tuple(taken), part=part)


def play_merge_clusters(game: Game, first: int, second: int, forced: bool) -> Said:
    merged, into = game.cluster(first), game.cluster(second)
    seq = merge_clusters(game.tx, WHO, merged, into, even_if_together=forced)
    return Said(seq, "merge_clusters", cluster=merged, other_cluster=into)


def play_merge_people(game: Game, first: int, second: int, forced: bool) -> Said:
    merged, into = person(first), person(second)
    seq = merge_people(game.tx, WHO, merged, into, even_if_together=forced)
    return Said(seq, "merge_people", person=merged, other_person=into)


def play_rename(game: Game, first: int, second: int, forced: bool) -> Said:
    name = f"Name {second % 3}"
    seq = rename(game.tx, WHO, person(first), name, even_if_named_alike=forced)
    return Said(seq, "rename", person=person(first), name=name)


def play_hide(game: Game, first: int, second: int, _: bool) -> Said:
    if second % 3 == 0:
        return Said(hide(game.tx, WHO, "person", person(first)), "hide", person=person(first))
    if second % 3 == 1:
        cluster = game.cluster(first)
        return Said(hide(game.tx, WHO, "cluster", cluster), "hide", cluster=cluster)
    medium = game.track(first).media
    return Said(hide(game.tx, WHO, "media", medium), "hide", media=medium)


def play_promote(game: Game, first: int, _: int, __: bool) -> Said:
    track = game.track(first)
    seq = promote(game.tx, WHO, track.media, track.run)
    return Said(seq, "promote", media=track.media, run=track.run)


def play_undo(game: Game, first: int, _: int, __: bool) -> Said:
    if not game.log:
        raise ArchiveError("nothing to undo")
    undone = game.log[-1 - first % len(game.log)].seq
    return Said(undo(game.tx, WHO, undone), "undo", undoes=undone)


PLAYS: dict[str, Callable[[Game, int, int, bool], Said]] = {
    "name_cluster": play_name_cluster,
    "assign": play_assign,
    "unassign": play_unassign,
    "reject": play_reject,
    "separate": play_separate,
    "split": play_split,
    "merge_clusters": play_merge_clusters,
    "merge_people": play_merge_people,
    "rename": play_rename,
    "hide": play_hide,
    "promote": play_promote,
    "undo": play_undo,
}


@dataclass(frozen=True)
class Shown:
    """Everything that follows from decisions."""

    people: set[Row]
    clusters: set[Row]
    media: set[Row]
    faces: dict[int, int]
    spans: set[tuple[int, int, int, int]]
    tracks: dict[int, tuple[str | None, str | None, bool]]


def shown_by_archive(tx: Connection) -> Shown:
    rows = {row.id: row for row in tx.execute(select(tracks))}
    stretches = tx.execute(select(appearances)).all()
    for seen in stretches:
        track = rows[seen.track_id]
        answer = (track.person_id, track.cluster_id, track.verified)
        assert (seen.person_id, seen.cluster_id, seen.verified) == answer
        assert seen.start_us < seen.end_us
    place = dict(tx.execute(select(faces.c.id, faces.c.track_id)).all())
    for number, row in rows.items():
        assert row.faces == list(place.values()).count(number)
    p, c, m = people.c, clusters.c, media.c
    return Shown(
        {tuple(row) for row in tx.execute(select(p.id, p.name, p.merged_into, p.hidden))},
        {tuple(row) for row in tx.execute(select(c.id, c.person_id, c.merged_into, c.hidden))},
        {tuple(row) for row in tx.execute(select(m.id, m.run_id, m.hidden))},
        place,
        {
            (one.track_id, one.first_frame, one.last_frame, one.frames)
            for one in stretches
            if one.current
        },
        {number: (row.person_id, row.cluster_id, row.verified) for number, row in rows.items()},
    )


def shown_by_oracle(world: World, log: list[Said]) -> Shown:
    oracle = Oracle(world, log)
    return Shown(
        oracle.person_rows(),
        oracle.cluster_rows(),
        oracle.media_rows(),
        oracle.places(),
        oracle.spans(),
        oracle.track_rows(),
    )


@pytest.fixture
def played(database: Database) -> tuple[Database, World]:
    """Two media, one of them analysed twice; machines that contradict each other."""
    archived = Archived(database)
    names = {one: one.title() for one in PEOPLE}
    for one in PEOPLE:
        archived.person(one)
    known: list[Seen] = []

    def track(
        run: str,
        frames: range,
        cluster: str | None = None,
        machine: tuple[str, float] | None = None,
        same_as: int | None = None,
    ) -> int:
        medium = next(medium for medium, its in runs.items() if run in its)
        number = archived.track(
            medium, run, frames, cluster=cluster, machine=machine, same_as=same_as
        )
        who, score = machine or (None, 0.0)
        known.append(Seen(number, run, medium, {}, cluster, who, score, same_as))
        return number

    first, second = archived.medium(), archived.medium()
    runs: dict[str, list[str]] = {first: [archived.run(first)], second: [archived.run(second)]}
    (old,), (other,) = runs[first], runs[second]
    first_ann = track(old, range(4), "x", ("ann", 0.9))
    second_ann = track(old, range(2, 6), "y", ("ann", 0.8))
    track(old, range(7, 9), None, ("bob", 0.6))
    track(other, range(3), "x")
    track(other, range(2, 4), "z", ("bob", 0.7))
    track(other, range(3, 5), None, ("bob", 0.7))
    runs[first].append(archived.run(first))
    new = runs[first][-1]
    track(new, range(5), "y", ("cid", 0.9), same_as=first_ann)
    track(new, range(5, 6), None, ("cid", 0.4), same_as=first_ann)
    track(new, range(3, 6), None, ("ann", 0.5), same_as=second_ann)
    database.write(lambda tx: project_tracks(tx, [seen.id for seen in known]))

    its = database.read(
        lambda tx: tx.execute(select(faces.c.id, faces.c.track_id, faces.c.frame_index)).all()
    )
    for seen in known:
        seen.faces = {row.id: row.frame_index for row in its if row.track_id == seen.id}
    world = World({seen.id: seen for seen in known}, names, {"x", "y", "z"}, runs)
    return database, world


def wreck(tx: Connection) -> None:
    """Lose everything that can be made anew."""
    nobody = {"person_id": "bob", "cluster_id": "z", "verified": True}
    tx.execute(update(tracks).values(nobody))
    tx.execute(update(appearances).values(current=True, **nobody))
    tx.execute(delete(appearances).where(appearances.c.derived))
    tx.execute(update(faces).values(track_id=faces.c.machine_track_id))
    tx.execute(update(people).values(name="", merged_into=None, hidden=True))
    tx.execute(update(clusters).values(person_id="bob", merged_into=None, hidden=True))
    tx.execute(update(media).values(run_id=None, hidden=True))


def check(played: tuple[Database, World], steps: list[Step]) -> None:
    """Play, and compare after each step with the oracle, and with everything made anew."""
    database, world = played

    def work(tx: Connection) -> None:
        game = Game(tx, deepcopy(world))
        for step in steps:
            game.play(step)
            shown = shown_by_archive(tx)
            assert shown == shown_by_oracle(game.world, game.log)
            project_all(tx)
            assert shown_by_archive(tx) == shown
        wreck(tx)
        project_all(tx)
        assert shown_by_archive(tx) == shown_by_oracle(game.world, game.log)
        raise RolledBack

    with pytest.raises(RolledBack):
        database.write(work)


ONE_WORLD = [HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=ONE_WORLD)
@given(steps=STEPS)
def test_what_is_shown_follows_from_what_counts(
    played: tuple[Database, World], steps: list[Step]
) -> None:
    check(played, steps)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@settings(max_examples=12, deadline=None, suppress_health_check=ONE_WORLD)
@given(steps=STEPS)
def test_what_is_shown_follows_from_what_counts_in_postgresql(
    played: tuple[Database, World], steps: list[Step]
) -> None:
    check(played, steps)
