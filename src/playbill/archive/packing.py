"""How values lie in columns: times as whole microseconds, embeddings as bytes, documents packed."""

import zlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playbill.errors import ArchiveError

MICROS = 1_000_000


def is_text(text: str) -> bool:
    """Whether data bases keep `text`: no NUL, and no bytes of a file name that are no UTF-8."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def micros(time_s: Fraction) -> int:
    """A time in whole microseconds, rounded as the document rounds it.

    >>> micros(Fraction(1, 3))
    333333
    """
    return round(round(float(time_s), 6) * MICROS)


def seconds(time_us: int) -> Fraction:
    """The time that so many microseconds are, exactly."""
    return Fraction(time_us, MICROS)


def pack_vector(vector: ArrayLike) -> bytes:
    """(d,) numbers as half floats, little end first: a cosine moves by less than 0.001."""
    return np.asarray(vector).astype("<f2").tobytes()


def unpack_vectors(packed: Sequence[bytes]) -> NDArray[np.float32]:
    """(n, d) embeddings of length 1 again; (0, 0) of none.

    Raises:
        ArchiveError: they are not of one length.
    """
    if not packed:
        return np.empty((0, 0), np.float32)
    if len(set(map(len, packed))) > 1 or len(packed[0]) % 2:
        lengths = sorted(set(map(len, packed)))
        raise ArchiveError(f"embeddings: expected all of one length, found bytes {lengths}")
    flat = np.frombuffer(b"".join(packed), "<f2").astype(np.float32)
    vectors = flat.reshape(len(packed), -1)
    lengths_of = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    unit: NDArray[np.float32] = vectors / lengths_of
    return unit


def pack_text(text: str) -> bytes:
    """A document as it lies in its row."""
    return zlib.compress(text.encode(), 6)


def unpack_text(packed: bytes, where: str) -> str:
    """The document, byte for byte; `where` names it in the error.

    Raises:
        ArchiveError: the bytes are damaged.
    """
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise ArchiveError(f"{where}: its document is damaged: {error}") from error
