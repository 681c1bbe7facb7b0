"""Whom groups of faces may be that nobody has named, by the gallery of today."""

from collections.abc import Collection, Mapping

import numpy as np
from sqlalchemy import Connection, select

from playbill.archive.among import among
from playbill.archive.archive import Archive
from playbill.archive.packing import unpack_vectors
from playbill.archive.tables import tracks
from playbill.core.embeddings import Embeddings
from playbill.core.people import Candidate
from playbill.library.gallery import current_gallery
from playbill.pipeline.naming import candidates
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.recogniser import open_recogniser

MOST_TRACKS = 100
"""Of a group, those of most faces, that say how it looks."""


def suggest(
    archive: Archive, space: str, scores: NetworkScores, cluster_ids: Collection[str]
) -> Mapping[str, tuple[Candidate, ...]]:
    """Group -> whom it may be, the likeliest first; without groups like nobody who is known.

    Nothing is analysed anew: what is asked about is what the archive keeps of the faces.

    Args:
        archive: open.
        space: of the embedding network.
        scores: what they mean under it.
        cluster_ids: groups of faces that the network described.

    Raises:
        GalleryError: nobody has measured what strangers score, and there are too few people.
    """
    stored = current_gallery(archive, space, scores)
    looks = archive.database.read(lambda tx: _looks(tx, space, cluster_ids))
    if stored is None or not looks:
        return {}
    recogniser = open_recogniser(stored)
    likely = recogniser.probabilities(Embeddings.normalised(np.stack([*looks.values()]), space))
    apart, nameless = [{row} for row in range(len(looks))], [None] * len(looks)
    found = candidates(apart, nameless, likely, recogniser.people)
    return {name: some for name, some in zip(looks, found, strict=True) if some}


def _looks(
    tx: Connection, space: str, cluster_ids: Collection[str]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    """Group -> (d,) the sum of its tracks' embeddings."""
    row = tracks.c
    kept = select(row.cluster_id, row.embedding).where(
        among(row.cluster_id, list(cluster_ids)), row.space == space, row.embedding.is_not(None)
    )
    packed: dict[str, list[bytes]] = {}
    for cluster, embedding in tx.execute(kept.order_by(row.faces.desc(), row.id)):
        some = packed.setdefault(cluster, [])
        if len(some) < MOST_TRACKS:
            some.append(embedding)
    return {name: unpack_vectors(some).sum(axis=0) for name, some in packed.items()}
