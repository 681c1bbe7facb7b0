"""Run lengths of masks, from the way one format writes them to another's."""

import itertools

import numpy as np
from numpy.typing import NDArray

from playbill.datasets.outlines import Mask


def decode_counts(text: str) -> tuple[int, ...]:
    """The run lengths in COCO's compressed string.

    Each number is written in pieces of 5 bits, lowest first, as characters from "0" on; bit 6 says
    that more follow, and from the fourth number on it is the difference to the one before the last.

    Raises:
        ValueError: it is cut off or has other characters.
    """
    counts: list[int] = []
    value, shift = 0, 0
    for character in text:
        piece = ord(character) - 48
        if not 0 <= piece < 64:
            raise ValueError(f"{character!r} is no character of compressed run lengths")
        value |= (piece & 31) << shift
        shift += 5
        if not piece & 32:
            value -= (1 << shift) if piece & 16 else 0
            counts.append(value + (counts[-2] if len(counts) > 2 else 0))
            value, shift = 0, 0
    if shift:
        raise ValueError("the compressed run lengths are cut off")
    return tuple(counts)


def mask_pixels(mask: Mask) -> NDArray[np.bool_]:
    """(height, width) the pixels of a mask.

    Raises:
        ValueError: the run lengths do not fill the picture.
    """
    width, height = mask.size_wh
    counts = decode_counts(mask.counts) if isinstance(mask.counts, str) else mask.counts
    flat = _pixels_of_runs(counts, width * height)
    return flat.reshape(width, height).T


def mask_of(pixels: NDArray[np.bool_]) -> Mask:
    """The mask of (height, width) pixels, with plain run lengths."""
    height, width = pixels.shape
    return Mask((width, height), _runs(pixels.T.reshape(-1)))


def row_runs(pixels: NDArray[np.bool_]) -> tuple[int, ...]:
    """Run lengths outside, inside, ... along the rows, as CVAT writes them."""
    return _runs(pixels.reshape(-1))


def pixels_of_row_runs(counts: tuple[int, ...], size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """(height, width) the pixels of CVAT's run lengths.

    Raises:
        ValueError: the run lengths do not fill the box.
    """
    width, height = size_wh
    return _pixels_of_runs(counts, width * height).reshape(height, width)


def _pixels_of_runs(counts: tuple[int, ...], total: int) -> NDArray[np.bool_]:
    if min(counts, default=0) < 0 or sum(counts) != total:
        raise ValueError(f"run lengths must add up to {total}, got {sum(counts)}")
    inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(inside, np.array(counts, np.int64))


def _runs(flat: NDArray[np.bool_]) -> tuple[int, ...]:
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = [0, *turns.tolist(), len(flat)]
    lengths = tuple(after - before for before, after in itertools.pairwise(edges))
    return (0, *lengths) if len(flat) and flat[0] else lengths
