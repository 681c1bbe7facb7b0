"""Groups of faces that look like one person: named, merged, hidden."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from playbill.archive import audit
from playbill.archive.clusters import ClusterRow, get_cluster, list_clusters
from playbill.archive.decisions.clusters import merge_clusters
from playbill.archive.decisions.hiding import hide
from playbill.archive.decisions.naming import name_cluster
from playbill.archive.people import create_person
from playbill.server.auth import Curator, Labeller, Reader
from playbill.server.etags import IfMatch, Match, etag
from playbill.server.once import OnceRoute
from playbill.server.params import After, IdPath, Limit
from playbill.server.problems import Problem
from playbill.server.schemas.people import ClusterShown, ClustersPage, MergeBody, NameBody
from playbill.server.schemas.shared import Decided
from playbill.server.services import Served

router = APIRouter(prefix="/v1/clusters", tags=["clusters"], route_class=OnceRoute)


@router.get("", summary="Groups of faces, the largest first.")
def some(
    *,
    _: Reader,
    services: Served,
    after: After = None,
    limit: Limit = 50,
    named: Annotated[
        bool | None, Query(description="true: only those with a name; false: only others.")
    ] = None,
    hidden: Annotated[bool, Query(description="The hidden ones too.")] = False,
) -> ClustersPage:
    """Without those that are one with another."""
    page = services.archive.database.read(
        lambda tx: list_clusters(tx, after=after, limit=limit, named=named, hidden=hidden)
    )
    items = [ClusterShown.model_validate(cluster) for cluster in page.items]
    return ClustersPage(items=items, next=page.next)


@router.get("/{cluster_id}", summary="One group.")
def one(cluster_id: IdPath, _: Reader, response: Response, services: Served) -> ClusterShown:
    """With the ETag that a change needs; `GET /v1/tracks?cluster_id=` has its faces."""
    return _shown(services.archive.database.read(lambda tx: get_cluster(tx, cluster_id)), response)


@router.post("/{cluster_id}/name", summary="Say who everybody in a group is.")
def name(
    cluster_id: IdPath, body: NameBody, match: IfMatch, caller: Labeller, services: Served
) -> Decided:
    """Everywhere at once; whoever is added to the group later has the name too."""
    if (body.person_id is None) == (body.name is None):
        raise Problem(422, "body: expected either person_id or name", "invalid", where="body")

    def work(tx: Connection) -> int:
        _looked_at(tx, match, cluster_id)
        person = body.person_id or create_person(tx, caller.who, body.name or "")
        return name_cluster(
            tx, caller.who, cluster_id, person, even_if_together=body.even_if_together
        )

    return Decided(seq=services.archive.database.write(work))


@router.post("/{cluster_id}/merge", summary="Make a group one with another.")
def merge(
    cluster_id: IdPath, body: MergeBody, match: IfMatch, caller: Labeller, services: Served
) -> Decided:
    """The other stays, and its name counts if it has one."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, cluster_id)
        return merge_clusters(
            tx, caller.who, cluster_id, body.into, even_if_together=body.even_if_together
        )

    return Decided(seq=services.archive.database.write(work))


@router.post("/{cluster_id}/hide", summary="Leave a group out of lists and searches.")
def hide_one(cluster_id: IdPath, match: IfMatch, caller: Curator, services: Served) -> Decided:
    """It can be undone."""

    def work(tx: Connection) -> int:
        _looked_at(tx, match, cluster_id)
        return hide(tx, caller.who, "cluster", cluster_id)

    return Decided(seq=services.archive.database.write(work))


def _looked_at(tx: Connection, match: Match, cluster_id: str) -> None:
    """Nobody else changes anything between this look and the end of the transaction."""
    audit.in_turn(tx)
    match.check(get_cluster(tx, cluster_id).version)


def _shown(cluster: ClusterRow, response: Response) -> ClusterShown:
    response.headers["ETag"] = etag(cluster.version)
    return ClusterShown.model_validate(cluster)
