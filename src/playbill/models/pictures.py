"""From pictures of any size to what a network takes, and through it a few at a time."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import ModelCard, joint_sha256
from playbill.models.options import Session, Tensors


def model_use(card: ModelCard, session: Session) -> ModelUse:
    """The network of `card` as `session` really runs it."""
    return ModelUse(
        task=card.task,
        name=card.name,
        sha256=joint_sha256(card.files),
        runtime=session.runtime,
        device=session.device,
        precision=session.precision,
    )


def resized(image: Image, size_wh: tuple[int, int]) -> Image:
    """Bring `image` to `size_wh`: what shrinks is averaged, so that fine patterns do not alias."""
    height, width = image.shape[:2]
    shrinks = size_wh[0] <= width and size_wh[1] <= height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size_wh, interpolation=method), np.uint8)


def run_pictures(
    session: Session, batches: Iterable[Tensors], *, at_once: int = 8
) -> Iterator[dict[str, NDArray[Any]]]:
    """Run graphs of one picture over many, `at_once` side by side, so that memory stays flat.

    On two cores this is as quick as a graph with a free batch size, and for a single picture
    a graph of fixed shape is 1.4 times as quick (docs/decisions/0013-object-detectors.md).
    """
    rest = iter(batches)
    while some := list(islice(rest, at_once)):
        yield from session.run_each(some)


def output_of(
    outputs: Mapping[str, NDArray[Any]], key: str, shape: tuple[int, ...], model: str
) -> NDArray[np.float32]:
    """The output `key` of the network `model`.

    Raises:
        ModelError: there is none, or it has another shape.
    """
    if key not in outputs:
        raise ModelError(f"{model}: the network has no output {key}, it has {', '.join(outputs)}")
    found = outputs[key].shape
    if found != shape:
        raise ModelError(f"{model}: the network's {key} must have shape {shape}, found {found}")
    return np.asarray(outputs[key], np.float32)
