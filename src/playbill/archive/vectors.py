"""Embeddings as they are kept: float16, which moves a cosine by less than 0.001."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playbill.errors import ArchiveError


def to_blob(vector: ArrayLike) -> bytes:
    """(d,) numbers as 2 d bytes, little end first: what `embedding` columns hold."""
    return np.asarray(vector).astype("<f2").tobytes()


def from_blobs(blobs: Sequence[bytes]) -> NDArray[np.float32]:
    """(n, d) embeddings of length 1 again; (0, 0) of none.

    Raises:
        ArchiveError: they are not of one length.
    """
    lengths = sorted({len(blob) for blob in blobs})
    if len(lengths) > 1 or any(length % 2 for length in lengths):
        raise ArchiveError(f"embeddings: expected all of one length, found {lengths} bytes")
    flat = np.frombuffer(b"".join(blobs), "<f2").astype(np.float32)
    vectors = flat.reshape(len(blobs), -1) if blobs else flat.reshape(0, 0)
    norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    unit: NDArray[np.float32] = vectors / norms
    return unit
