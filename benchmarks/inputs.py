"""Real pictures and video from the folder that PLAYBILL_DATA names."""

import io
import os
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks.errors import BenchmarkError
from playbill.core.frame import Image as Pixels

CROWD = "video/crowd_1080p.mp4"
"""1920 x 1080, 105 frames, four to seven faces in each."""


def data_file(name: str) -> Path:
    """A file or folder of the data.

    Raises:
        BenchmarkError: it is not there.
    """
    folder = os.environ.get("PLAYBILL_DATA") or "../shared/data"
    path = Path(folder) / name
    if not path.exists():
        raise BenchmarkError(f"{path}: not there; PLAYBILL_DATA must name the folder of the data")
    return path


def crowd_frames(every: int) -> list[Pixels]:
    """Every so-many-th frame of the crowd, from the first."""
    with av.open(data_file(CROWD)) as container:
        frames = enumerate(container.decode(video=0))
        kept = [frame.to_ndarray(format="rgb24") for at, frame in frames if at % every == 0]
    return [np.asarray(image, np.uint8) for image in kept]


def face_pictures() -> list[Pixels]:
    """The twelve pictures with 43 boxed faces."""
    paths = sorted(data_file("faces").glob("*.jpg"))
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths]


def as_jpeg(image: Pixels, *, quality: int = 90) -> bytes:
    """The bytes of a JPEG file of `image`."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "jpeg", quality=quality)
    return buffer.getvalue()
