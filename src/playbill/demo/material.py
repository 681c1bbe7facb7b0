"""The files of the demonstration, made from the photographs in scikit-image's wheel."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from playbill.core.frame import Image
from playbill.demo.clip import COLLINS, SHOTS, Shot, clip_truth, write_clip
from playbill.demo.truth import Scene
from playbill.errors import OutputError, PlaybillError
from playbill.media.images import read_image
from playbill.media.writer import write_image

_PORTRAIT_XYXY = (95, 0, 355, 260)
_PORTRAIT_SIDE = 420


@dataclass(frozen=True, slots=True)
class DemoMaterial:
    """What the demonstration needs, and what is true about it."""

    clip: Path
    portrait_folder: Path
    """A folder per person, with one picture each."""
    truth: tuple[Scene, ...]


def make_demo_material(folder: Path, shots: Sequence[Shot] = SHOTS) -> DemoMaterial:
    """Write the clip and the portrait to enrol into `folder`, which is made where it is missing.

    Raises:
        PlaybillError: scikit-image is not installed, or not as its wheel has it.
        OutputError: a file cannot be written.
    """
    photographs = photograph_folder()
    clip, portraits = folder / "clip.mp4", folder / "people"
    portrait = portraits / COLLINS / "portrait.png"
    try:
        portrait.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{portrait.parent}: cannot be made: {reason}") from error
    write_image(portrait, _other_crop(read_image(photographs / "astronaut.png")))
    write_clip(clip, lambda name: read_image(photographs / name), shots)
    return DemoMaterial(clip, portraits, clip_truth(shots))


def photograph_folder() -> Path:
    """Where scikit-image keeps the photographs of its wheel; it is not imported.

    Raises:
        PlaybillError: it is not installed.
    """
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise PlaybillError(
            "the demonstration needs the photographs of scikit-image, which is not installed: "
            "install playbill[demo]"
        )
    return Path(found.origin).parent / "data"


def _other_crop(astronaut: Image) -> Image:
    """Mirrored, larger and cut otherwise than any frame of the clip."""
    left, top, right, bottom = _PORTRAIT_XYXY
    mirrored = np.ascontiguousarray(astronaut[top:bottom, left:right][:, ::-1])
    side = (_PORTRAIT_SIDE, _PORTRAIT_SIDE)
    return np.asarray(cv2.resize(mirrored, side, interpolation=cv2.INTER_CUBIC), np.uint8)
