"""From a decision, made or undone, to everything that is shown otherwise because of it."""

from collections.abc import Callable
from types import MappingProxyType

from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.decisions.log import Decision, Kind, Subjects, append, get_decision, tracks_of
from playbill.archive.decisions.pieces import machine_track, project_pieces
from playbill.archive.decisions.projection import project_tracks
from playbill.archive.decisions.rows import (
    project_clusters,
    project_media,
    project_merged_clusters,
    project_merged_people,
    project_people,
    touch,
    with_company,
)
from playbill.archive.tables import clusters, decision_tracks, decisions, people, tracks


def decide(
    tx: Connection,
    who: str,
    kind: Kind,
    about: Subjects,
    details: dict[str, object] | None = None,
) -> int:
    """Write a decision down and show what follows from it; its number."""
    seq = append(tx, who, kind, about, details)
    follow(tx, get_decision(tx, seq))
    return seq


def follow(tx: Connection, decision: Decision) -> None:
    """Show what follows from a decision that has begun or ceased to count."""
    _FOLLOWING[decision.kind](tx, decision)


def _person(tx: Connection, decision: Decision) -> None:
    project_people(tx, _some(decision.about.person_id))


def _hidden(tx: Connection, decision: Decision) -> None:
    project_people(tx, _some(decision.about.person_id))
    project_clusters(tx, _some(decision.about.cluster_id))
    project_media(tx, _some(decision.about.media_id))


def _promoted(tx: Connection, decision: Decision) -> None:
    project_media(tx, _some(decision.about.media_id))


def _tracks(tx: Connection, decision: Decision) -> None:
    project_tracks(tx, tracks_of(tx, [decision.seq]))


def _separated(tx: Connection, decision: Decision) -> None:
    project_tracks(tx, tracks_of(tx, [decision.seq]))
    about = decision.about
    touch(tx, clusters, _some(about.cluster_id, about.other_cluster_id))


def _split(tx: Connection, decision: Decision) -> None:
    (whole,) = tracks_of(tx, [decision.seq])
    project_pieces(tx, [machine_track(tx, whole)])
    project_tracks(tx, [whole, decision.details["track"]])


def _named_cluster(tx: Connection, decision: Decision) -> None:
    _renamed_clusters(tx, _some(decision.about.cluster_id))


def _merged_clusters(tx: Connection, decision: Decision) -> None:
    del decision
    _renamed_clusters(tx, project_merged_clusters(tx))


def _merged_people(tx: Connection, decision: Decision) -> None:
    del decision
    reconsider_people(tx, with_company(tx, people, project_merged_people(tx)))


def reconsider_people(tx: Connection, company: set[str]) -> None:
    """Say anew what any machine or person ever said of these people.

    A track in a cluster that has one of their names is shown as them, or has been spoken of.
    """
    seen, said = tracks.c, decisions.c
    about_them = among(said.person_id, company)
    named = select(said.cluster_id).where(said.kind == "name_cluster", about_them)
    cluster_ids = set(tx.execute(named).scalars())
    seqs = select(said.seq).where(about_them)
    spoken = select(decision_tracks.c.track_id).where(decision_tracks.c.seq.in_(seqs))
    track_ids = set(tx.execute(spoken).scalars())
    for column in (seen.person_id, seen.machine_person_id):
        track_ids.update(tx.execute(select(seen.id).where(among(column, company))).scalars())
    project_clusters(tx, cluster_ids)
    project_tracks(tx, track_ids)


def _renamed_clusters(tx: Connection, cluster_ids: set[str]) -> None:
    project_clusters(tx, cluster_ids)
    project_tracks(tx, _inside(tx, cluster_ids))


def _inside(tx: Connection, cluster_ids: set[str]) -> set[int]:
    """The tracks that these clusters, and those they are one with, are shown to hold."""
    company = with_company(tx, clusters, cluster_ids)
    held = select(tracks.c.id).where(among(tracks.c.cluster_id, company))
    return set(tx.execute(held).scalars())


def _some(*ids: str | None) -> set[str]:
    return {one for one in ids if one is not None}


_FOLLOWING: MappingProxyType[Kind, Callable[[Connection, Decision], None]] = MappingProxyType(
    {
        "name_cluster": _named_cluster,
        "assign": _tracks,
        "reject": _tracks,
        "split": _split,
        "separate": _separated,
        "merge_clusters": _merged_clusters,
        "merge_people": _merged_people,
        "rename": _person,
        "hide": _hidden,
        "promote": _promoted,
    }
)
