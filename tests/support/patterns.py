"""Pictures that differ from each other as photographs do, and the same picture saved anew."""

from pathlib import Path

import numpy as np
from PIL import Image


def pattern(seed: int, size_wh: tuple[int, int] = (96, 72)) -> Image.Image:
    """Blots of colour, large ones stronger than small ones as in photographs; others each seed."""
    random = np.random.default_rng(seed)
    blots = np.zeros((size_wh[1], size_wh[0], 3))
    for across in (3, 6, 12, 24, 48):
        noise = random.integers(0, 256, (across * 3 // 4, across, 3), np.uint8)
        blots += (
            np.asarray(Image.fromarray(noise).resize(size_wh, Image.Resampling.BICUBIC)) / across
        )
    blots -= blots.min()
    return Image.fromarray((blots * 255 / blots.max()).astype(np.uint8))


def patterned(path: Path, seed: int, size_wh: tuple[int, int] = (96, 72)) -> Path:
    """Save `pattern(seed)`; a JPEG loses a little."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pattern(seed, size_wh).save(path)
    return path


def cut_off(path: Path, seed: int) -> Path:
    """A JPEG of which the second half is missing; its header is whole."""
    patterned(path, seed, (200, 160))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path
