"""What is shown follows from machine rows and decisions, and can be made anew at any time.

Each function here brings some rows up to date with the decisions that count; doing it twice
changes nothing. People and clusters come before the tracks that follow them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select, update

from playbill.archive.among import among
from playbill.archive.chunks import chunks
from playbill.archive.decisions.answers import MIN_SCORE, Knowledge
from playbill.archive.decisions.lineage import Answer, TrackRow, concerned
from playbill.archive.decisions.rows import (
    project_clusters,
    project_media,
    project_merged_clusters,
    project_merged_people,
    project_people,
    with_company,
)
from playbill.archive.decisions.together import Claim, frames_of, losers
from playbill.archive.tables import appearances, clusters, media, people, runs, tracks

RUNS_AT_ONCE = 200

Company = tuple[str, str]
"""A run, and a person who may be seen in it: only there do tracks compete for the person."""


def project_tracks(tx: Connection, track_ids: Collection[int]) -> None:
    """Say again who these tracks are, where they are, and the same of their appearances.

    So is whatever depends on them: tracks of other runs that show the same faces, and tracks that
    share a frame with one that becomes, or no longer is, whom the machine sees in both.
    """
    knowledge = Knowledge(tx, concerned(tx, track_ids))
    rows, answers = knowledge.lineage.asked, knowledge.answers()
    rivals = Knowledge(tx, _rivals(tx, rows, answers) - rows.keys())
    rows, answers = rows | rivals.lineage.asked, answers | rivals.answers()
    for track in _beaten(tx, rows, answers):
        answers[track] = Answer(None, answers[track].cluster_id, verified=False)
    _write(tx, {track: answer for track, answer in answers.items() if answer != rows[track].shown})


def project_all(tx: Connection) -> None:
    """Make everything that is shown anew."""
    project_people(tx, _all(tx, people.c.id))
    project_merged_people(tx)
    project_merged_clusters(tx)
    project_clusters(tx, _all(tx, clusters.c.id))
    project_media(tx, _all(tx, media.c.id))
    for some in chunks(_all(tx, runs.c.id), RUNS_AT_ONCE):
        seen = select(tracks.c.id).where(among(tracks.c.run_id, some))
        project_tracks(tx, tx.execute(seen).scalars().all())


def _rivals(tx: Connection, rows: dict[int, TrackRow], answers: dict[int, Answer]) -> set[int]:
    """The tracks that the machine may see as one of those whom these were or will be."""
    company = _company(rows, answers)
    persons = with_company(tx, people, {person for _, person in company})
    survivor = _survivors(tx, persons)
    row = tracks.c
    matched = (
        select(row.id, row.run_id, row.machine_person_id)
        .where(among(row.run_id, {run for run, _ in company}))
        .where(among(row.machine_person_id, persons), row.machine_score >= MIN_SCORE)
    )
    return {
        track
        for track, run, person in tx.execute(matched)
        if (run, survivor.get(person, person)) in company
    }


def _company(rows: dict[int, TrackRow], answers: dict[int, Answer]) -> set[Company]:
    return {
        (rows[track].run_id, person)
        for track, answer in answers.items()
        for person in (answer.person_id, rows[track].person_id)
        if person is not None
    }


def _beaten(tx: Connection, rows: dict[int, TrackRow], answers: dict[int, Answer]) -> set[int]:
    """The tracks that share a frame with one that is, with better right, the same person."""
    claims: dict[Company, list[Claim]] = defaultdict(list)
    for track, answer in answers.items():
        if answer.person_id is not None:
            score = rows[track].machine_score or 0.0
            place = (rows[track].run_id, answer.person_id)
            claims[place].append(Claim(track, score, answer.verified))
    doubtful = {
        place for place, some in claims.items() if any(not claim.verified for claim in some)
    }
    for place, track in _verified(tx, doubtful):
        if track not in answers:
            claims[place].append(Claim(track, 1.0, verified=True))
    contested = [claims[place] for place in doubtful if len(claims[place]) > 1]
    frames = frames_of(tx, {claim.track_id for some in contested for claim in some})
    return {track for some in contested for track in losers(some, frames)}


def _verified(tx: Connection, company: Collection[Company]) -> Iterable[tuple[Company, int]]:
    row = tracks.c
    by_run: dict[str, set[str]] = defaultdict(set)
    for run, person in company:
        by_run[run].add(person)
    seen = select(row.id, row.run_id, row.person_id)
    for track, run, person in tx.execute(seen.where(among(row.run_id, by_run), row.verified)):
        if person in by_run[run]:
            yield (run, person), track


def _survivors(tx: Connection, person_ids: Collection[str]) -> dict[str, str]:
    sought = select(people.c.id, people.c.merged_into).where(among(people.c.id, person_ids))
    return {one: into for one, into in tx.execute(sought) if into is not None}


def _write(tx: Connection, changed: dict[int, Answer]) -> None:
    alike: dict[Answer, list[int]] = defaultdict(list)
    for track, answer in changed.items():
        alike[answer].append(track)
    for answer, ids in alike.items():
        said = asdict(answer)
        tx.execute(update(tracks).where(among(tracks.c.id, ids)).values(said))
        tx.execute(update(appearances).where(among(appearances.c.track_id, ids)).values(said))


def _all(tx: Connection, column: Any) -> list[Any]:
    return list(tx.execute(select(column).order_by(column)).scalars())
