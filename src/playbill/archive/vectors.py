"""Embeddings as they are kept: float16, which moves a cosine by less than 0.001."""

import numpy as np
from numpy.typing import NDArray


def to_blob(vector: NDArray[np.float32]) -> bytes:
    """(d,) -> 2 d bytes, little end first."""
    return vector.astype("<f2").tobytes()


def from_blob(blob: bytes) -> NDArray[np.float32]:
    """2 d bytes -> (d,) of length 1."""
    vector = np.frombuffer(blob, "<f2").astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))
