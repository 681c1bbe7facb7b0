"""Embeddings in memory, in blocks that are compared with a face in one product."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.likeness_scale import LikenessScale
from playbill.errors import ArchiveError

ROWS = 16_384
"""Of a full block: 32 MB of 512 numbers each."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some tracks and their embeddings."""

    ids: NDArray[np.int64]
    """(n,)"""
    vectors: NDArray[np.float32]
    """(n, d or d + 2) as `LikenessScale.placed` has them."""

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, ids: Sequence[int], packed: Sequence[bytes], scale: LikenessScale) -> "Block":
        """Tracks with their embeddings as they lie in the data base.

        Raises:
            ArchiveError: they are not of one length.
        """
        if len(set(map(len, packed))) > 1:
            lengths = sorted(set(map(len, packed)))
            raise ArchiveError(f"embeddings: expected all of one length, found bytes {lengths}")
        flat = np.frombuffer(b"".join(packed), "<f2").astype(np.float32)
        return cls(np.array(ids, np.int64), scale.placed(flat.reshape(len(ids), -1)))

    @classmethod
    def appended(cls, blocks: Sequence["Block"], new: "Block") -> list["Block"]:
        """`blocks` and `new`, small ones put together.

        Raises:
            ArchiveError: the new ones have another length.
        """
        if not blocks:
            return [new]
        last = blocks[-1]
        if last.vectors.shape[1] != new.vectors.shape[1]:
            raise ArchiveError(
                f"embeddings: expected {last.vectors.shape[1]} numbers as before, "
                f"found {new.vectors.shape[1]}"
            )
        if len(last) + len(new) > ROWS:
            return [*blocks, new]
        ids = np.concatenate([last.ids, new.ids])
        return [*blocks[:-1], cls(ids, np.concatenate([last.vectors, new.vectors]))]

    def near(
        self, face: NDArray[np.float32], min_likeness: float, scale: LikenessScale
    ) -> list[tuple[int, float]]:
        """Tracks whose likeness to `face` (d,) is at least `min_likeness`, and it."""
        likenesses = scale.likeness(face, self.vectors)
        rows = np.flatnonzero(likenesses >= min_likeness)
        return [(int(self.ids[row]), float(likenesses[row])) for row in rows]
