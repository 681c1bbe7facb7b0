"""What tells whether two files are the same picture: their bytes, or what is to be seen on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.media.files import sha256_of
from playbill.media.images import read_image

SIDE = 16
"""Frequencies of each direction that a hash looks at."""
GRID = 64
"""Pixels of each side to which a picture is brought for it."""
MAX_BITS = 24
"""Hashes of one picture differ in at most so many of 256 bits. Measured on pictures of COCO and LFW
and on old grey ones: JPEGs of quality 40 to 75 and of a third to all of the size differ in at most
14, other pictures in at least 61."""
MAX_COLOUR = 12
"""The mean red, green and blue of one picture differ by at most so much; without this all plain
pictures would be one."""
MAX_ASPECT = 1.03
"""Of one picture at two sizes the longer side is at most this much longer still."""
_PAIRS_AT_ONCE = 1 << 22
"""Compared at once: 32 MiB for a word of the hash."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """A picture file, and what is needed to find it again."""

    path: Path
    sha256: str
    size_wh: tuple[int, int]
    words: NDArray[np.uint64]
    """(4,) the perceptual hash."""
    colour: NDArray[np.float32]
    """(3,) mean red, green, blue."""


def fingerprint(path: Path) -> Fingerprint:
    """Read all of a picture.

    Raises:
        MediaError: it cannot be read, or is damaged.
    """
    image = read_image(path)
    height, width = image.shape[:2]
    colour = image.mean(axis=(0, 1), dtype=np.float32)
    return Fingerprint(path, sha256_of(path), (width, height), perceptual_hash(image), colour)


def perceptual_hash(image: Image) -> NDArray[np.uint64]:
    """256 bits that stay the same when a picture is compressed or brought to another size.

    Each says whether a low frequency of the grey picture, by the cosine transform, is above the
    median one (pHash, Zauner, 2010).
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = np.asarray(cv2.dct(small))[:SIDE, :SIDE].ravel()
    low[0] = 0  # the mean brightness says nothing about what is to be seen
    return np.packbits(low > np.median(low[1:])).view(np.uint64)


def near_pairs(
    ones: Sequence[Fingerprint], others: Sequence[Fingerprint]
) -> Iterator[tuple[int, int]]:
    """Pairs (index into `ones`, index into `others`) that show the same; identical bytes too."""
    if not ones or not others:
        return
    a, b = (np.stack([entry.words for entry in some]) for some in (ones, others))
    rows = max(1, _PAIRS_AT_ONCE // len(b))
    for start in range(0, len(a), rows):
        part = a[start : start + rows]
        differ = np.zeros((len(part), len(b)), np.uint16)
        for word in range(a.shape[1]):
            differ += np.bitwise_count(part[:, None, word] ^ b[None, :, word])
        for one, other in np.argwhere(differ <= MAX_BITS).tolist():
            if _alike(ones[start + one], others[other]):
                yield start + one, other


def _alike(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether shape and colour are those of one picture too."""
    ratio = (one.size_wh[0] * other.size_wh[1]) / (one.size_wh[1] * other.size_wh[0])
    differ = float(np.abs(one.colour - other.colour).max())
    return max(ratio, 1 / ratio) <= MAX_ASPECT and differ <= MAX_COLOUR
