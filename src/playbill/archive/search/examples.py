"""Search by example: which tracks look like this face.

Embeddings in the data base are the truth. A `FaceIndex` is a copy of them in memory, brought up to
date before each search and thrown away at will: new tracks are added, and once a person has split
a track or had somebody forgotten, all are read anew. What it proposes is measured once more on what
the data base says, so nothing is found by what it was.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, func, select

from playbill.archive.among import among
from playbill.archive.chunks import chunks
from playbill.archive.packing import unpack_vectors
from playbill.archive.search.vectors import Block
from playbill.archive.tables import decisions, media, tracks
from playbill.core.embeddings import Embeddings
from playbill.core.likeness_scale import COSINES, LikenessScale
from playbill.errors import ArchiveError

LATE = {"sqlite": 0, "postgresql": 10_000}
"""Where several write at once, tracks are numbered before they are visible: of so many of the last
numbers, some may have been missing at the last look."""
SLACK = 0.01
"""More than half floats move a likeness: proposals are measured again."""
MAX_NEAREST = 1000
"""Tracks that one example face finds, the nearest ones."""

Near = tuple[tuple[int, float], ...]
"""Track and its likeness to the example, the nearest first."""


class FaceIndex:
    """The embeddings of all tracks of one network, compared exactly, a block at a time.

    100,000 tracks of 512 numbers take 200 MB. Several threads may share one.
    """

    def __init__(self, space: str, scale: LikenessScale = COSINES) -> None:
        self.space, self.scale = space, scale
        self._blocks: list[Block] = []
        self._decided = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return sum(map(len, self._blocks))

    def drop(self) -> None:
        """Forget everything; the next search reads it anew."""
        with self._lock:
            self._blocks = []

    def refresh(self, tx: Connection) -> int:
        """Read the tracks that are new since the last time; how many they are.

        Raises:
            ArchiveError: an embedding is not as long as the others.
        """
        with self._lock:
            self._hear(tx)
            since = self._seen_up_to() - LATE[tx.dialect.name]
            if _count(tx, self.space, since) == self._count_after(since):
                return 0
            new = sorted(_ids(tx, self.space, since) - self._ids_after(since))
            for some in chunks(new):
                self._add(tx, some)
            return len(new)

    def nearest(self, tx: Connection, faces: Embeddings, min_likeness: float) -> list[Near]:
        """Of each face, the tracks whose likeness to it is at least `min_likeness`.

        Raises:
            ArchiveError: the faces are of another network.
        """
        if faces.model != self.space:
            raise ArchiveError(
                f"the example was embedded by {faces.model}, "
                f"expected {self.space}, as the archive's faces"
            )
        self.refresh(tx)
        blocks = list(self._blocks)
        return [_nearest(tx, blocks, face, min_likeness, self.scale) for face in faces.vectors]

    def _hear(self, tx: Connection) -> None:
        """Drop all if decisions have changed embeddings since the last time."""
        last = int(tx.execute(select(func.max(decisions.c.seq))).scalar() or 0)
        if last > self._decided and self._blocks:
            changing = _CHANGING.where(decisions.c.seq > self._decided).limit(1)
            if tx.execute(changing).first() is not None:
                self._blocks = []
        self._decided = last

    def _seen_up_to(self) -> int:
        return max((int(block.ids.max()) for block in self._blocks), default=0)

    def _count_after(self, since: int) -> int:
        return sum(int((block.ids > since).sum()) for block in self._blocks)

    def _ids_after(self, since: int) -> set[int]:
        return {int(one) for block in self._blocks for one in block.ids[block.ids > since]}

    def _add(self, tx: Connection, ids: Sequence[int]) -> None:
        sought = select(tracks.c.id, tracks.c.embedding).where(among(tracks.c.id, ids))
        rows = tx.execute(sought.where(tracks.c.embedding.is_not(None))).all()
        if rows:
            new = Block.of([row.id for row in rows], [row.embedding for row in rows], self.scale)
            self._blocks = Block.appended(self._blocks, new)


def spaces(tx: Connection) -> list[str]:
    """The networks whose embeddings the archive has, sorted."""
    return [space for space in tx.execute(_SPACES).scalars() if space is not None]


def _count(tx: Connection, space: str, after: int) -> int:
    """How many `_ids` would give: tracks only become more until a decision has all read anew."""
    return tx.execute(select(func.count()).where(_kept(space, after))).scalar_one()


def _ids(tx: Connection, space: str, after: int) -> set[int]:
    return set(tx.execute(select(tracks.c.id).where(_kept(space, after))).scalars())


def _kept(space: str, after: int) -> ColumnElement[bool]:
    row = tracks.c
    return and_(row.id > after, row.space == space, row.embedding.is_not(None))


def _nearest(
    tx: Connection,
    blocks: Sequence[Block],
    face: NDArray[np.float32],
    min_likeness: float,
    scale: LikenessScale,
) -> Near:
    least = min_likeness - SLACK
    proposed = [pair for block in blocks for pair in block.near(face, least, scale)]
    proposed.sort(key=lambda pair: -pair[1])
    near: list[tuple[int, float]] = []
    for some in chunks(proposed):
        measured = _measured(tx, [track for track, _ in some], face, scale)
        near += [pair for pair in measured if pair[1] >= min_likeness]
        if len(near) >= MAX_NEAREST:
            break
    return tuple(sorted(near, key=lambda pair: (-pair[1], pair[0]))[:MAX_NEAREST])


def _measured(
    tx: Connection, track_ids: Sequence[int], face: NDArray[np.float32], scale: LikenessScale
) -> list[tuple[int, float]]:
    """Those that are shown, each with its likeness to `face` as it is now, to 4 digits."""
    row = tracks.c
    shown = and_(media.c.run_id == row.run_id, media.c.hidden.is_(False))
    sought = select(row.id, row.embedding).join(media, shown).where(among(row.id, track_ids))
    rows = tx.execute(sought.where(row.embedding.is_not(None))).all()
    if not rows:
        return []
    placed = scale.placed(unpack_vectors([one.embedding for one in rows]))
    likenesses = scale.likeness(face, placed)
    return [(one.id, round(float(like), 4)) for one, like in zip(rows, likenesses, strict=True)]


_CHANGING = select(decisions.c.seq).where(decisions.c.kind.in_(("split", "forget", "undo")))
_SPACES = select(tracks.c.space).distinct().order_by(tracks.c.space)
