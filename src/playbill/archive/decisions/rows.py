"""What people, clusters and media say of themselves: names, merges, hidden or not, the run shown.

Their versions count up whenever what a row says changes, so that an edit of an old state is seen.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Table, and_, false, select, update

from playbill.archive.among import among
from playbill.archive.decisions.answers import known_people
from playbill.archive.decisions.log import effective
from playbill.archive.decisions.pieces import project_pieces, split_tracks
from playbill.archive.decisions.unions import survivors
from playbill.archive.tables import appearances, clusters, decisions, media, people, runs
from playbill.archive.words import put_words

D = decisions.c


def project_people(tx: Connection, person_ids: Collection[str]) -> None:
    """Names, and whether they are hidden. The forgotten stay without a name."""
    renamed = _last_names(tx, person_ids)
    hidden = _hidden(tx, D.person_id, person_ids)
    for row in tx.execute(select(people).where(among(people.c.id, person_ids))).all():
        name = renamed.get(row.id, row.first_name) if row.forgotten_at is None else ""
        _change(tx, people, row, {"name": name, "hidden": row.id in hidden})
        if name != row.name:
            put_words(tx, "person", row.id, name)


def project_merged_people(tx: Connection) -> set[str]:
    """Who is one with whom; everybody whose company changed."""
    merges = effective(tx, D.kind == "merge_people")
    pairs = [(one.about.person_id or "", one.about.other_person_id or "") for one in merges]
    return _project_merged(tx, people, survivors(pairs))


def project_merged_clusters(tx: Connection) -> set[str]:
    """Which clusters are one; all whose company changed."""
    merges = effective(tx, D.kind == "merge_clusters")
    pairs = [(one.about.cluster_id or "", one.about.other_cluster_id or "") for one in merges]
    return _project_merged(tx, clusters, survivors(pairs))


def project_clusters(tx: Connection, cluster_ids: Collection[str]) -> None:
    """Who people say these clusters and those they are one with are, and which are hidden."""
    company = with_company(tx, clusters, cluster_ids)
    rows = tx.execute(select(clusters).where(among(clusters.c.id, company))).all()
    hidden = _hidden(tx, D.cluster_id, company)
    names = _names(tx, {row.id: row.merged_into or row.id for row in rows})
    for row in rows:
        name = names.get(row.merged_into or row.id)
        _change(tx, clusters, row, {"person_id": name, "hidden": row.id in hidden})


def project_media(tx: Connection, media_ids: Collection[str]) -> None:
    """Which run is shown, the one promoted last or else the newest, and which are hidden."""
    promoted = _promoted(tx, media_ids)
    hidden = _hidden(tx, D.media_id, media_ids)
    for row in tx.execute(select(media).where(among(media.c.id, media_ids))).all():
        run_id = promoted.get(row.id) or _newest_run(tx, row.id)
        _change(tx, media, row, {"run_id": run_id, "hidden": row.id in hidden})
        current = false() if run_id is None else appearances.c.run_id == run_id
        stale = and_(appearances.c.media_id == row.id, appearances.c.current != current)
        tx.execute(update(appearances).where(stale).values(current=current))
    project_pieces(tx, split_tracks(tx, media_ids))


def with_company(tx: Connection, table: Table, ids: Collection[str]) -> set[str]:
    """These people or clusters, and all that are one with any of them today."""
    company = set(ids)
    into = select(table.c.merged_into).where(among(table.c.id, ids))
    company.update(one for one in tx.execute(into).scalars() if one is not None)
    merged = select(table.c.id).where(among(table.c.merged_into, company))
    return company | set(tx.execute(merged).scalars())


def touch(tx: Connection, table: Table, ids: Collection[str]) -> None:
    """Count a change of what is in these, where their own rows say the same as before."""
    changed = update(table).where(among(table.c.id, ids))
    tx.execute(changed.values(version=table.c.version + 1))


def _project_merged(tx: Connection, table: Table, merged: Mapping[str, str]) -> set[str]:
    merged_now = select(table.c.id, table.c.merged_into).where(table.c.merged_into.is_not(None))
    before: dict[str, str] = dict(tx.execute(merged_now).all())
    changed = {one for one in before.keys() | merged.keys() if before.get(one) != merged.get(one)}
    for one in sorted(changed):
        row = {"merged_into": merged.get(one), "version": table.c.version + 1}
        tx.execute(update(table).where(table.c.id == one).values(row))
    joined = {into for one in changed for into in (before.get(one), merged.get(one)) if into}
    touch(tx, table, joined - changed)
    return changed | joined


def _names(tx: Connection, survivor_of: Mapping[str, str]) -> dict[str, str]:
    """Of surviving clusters: their own last name, or else the last one of those merged into them.

    Whoever is forgotten is no name; whoever is merged is called by the survivor's.
    """
    said: dict[str, str] = {}
    own: dict[str, str] = {}
    for one in effective(tx, D.kind == "name_cluster", among(D.cluster_id, survivor_of)):
        cluster, person = one.about.cluster_id or "", one.about.person_id or ""
        said[survivor_of[cluster]] = person
        if survivor_of[cluster] == cluster:
            own[cluster] = person
    names = said | own
    known = known_people(tx, set(names.values()))
    answers = {cluster: known.now(person) for cluster, person in names.items()}
    return {cluster: person for cluster, person in answers.items() if person is not None}


def _last_names(tx: Connection, person_ids: Collection[str]) -> dict[str, str]:
    found = effective(tx, D.kind == "rename", among(D.person_id, person_ids))
    return {one.about.person_id or "": one.details["name"] for one in found}


def _hidden(tx: Connection, column: Any, ids: Collection[str]) -> set[str]:
    found = effective(tx, D.kind == "hide", among(column, ids))
    return {getattr(one.about, column.name) for one in found}


def _promoted(tx: Connection, media_ids: Collection[str]) -> dict[str, str]:
    found = effective(tx, D.kind == "promote", among(D.media_id, media_ids))
    return {one.about.media_id or "": one.about.run_id or "" for one in found}


def _newest_run(tx: Connection, media_id: str) -> str | None:
    newest = select(runs.c.id).where(runs.c.media_id == media_id)
    return tx.execute(newest.order_by(runs.c.added_at.desc(), runs.c.id).limit(1)).scalar()


def _change(tx: Connection, table: Table, row: Any, wanted: dict[str, Any]) -> None:
    """Write what differs, if anything does, and count the change."""
    differs = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if differs:
        changed = update(table).where(table.c.id == row.id)
        tx.execute(changed.values(**differs, version=table.c.version + 1))
