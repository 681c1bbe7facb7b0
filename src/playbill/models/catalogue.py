"""Which code runs which architecture, and which models an analysis uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from playbill.core.ports import FaceDetector, FaceEmbedder, ObjectDetector
from playbill.errors import ModelError
from playbill.models.cards import ModelCard, Task
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.mtcnn import MtcnnDetector
from playbill.models.options import DEFAULT_OPTIONS, SessionOptions
from playbill.models.store import ModelStore

Network = TypeVar("Network")
Opener = Callable[[ModelCard, ModelStore, SessionOptions], Network]

FACE_DETECTORS: MappingProxyType[str, Opener[FaceDetector]] = MappingProxyType(
    {"mtcnn": MtcnnDetector.open}
)
FACE_EMBEDDERS: MappingProxyType[str, Opener[FaceEmbedder]] = MappingProxyType(
    {"facenet": FaceNetEmbedder.open}
)
OBJECT_DETECTORS: MappingProxyType[str, Opener[ObjectDetector]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """The models of one analysis, by name."""

    face_detector: str = "mtcnn"
    face_embedder: str = "facenet_vggface2"
    object_detector: str = "ssd_mobilenet_v1_coco"


_FIELDS: MappingProxyType[Task, str] = MappingProxyType(
    {
        "face-detection": "face_detector",
        "face-embedding": "face_embedder",
        "object-detection": "object_detector",
    }
)


def choose(names: Sequence[str], store: ModelStore) -> Choice:
    """The default models, but for the tasks of those named.

    >>> from pathlib import Path
    >>> choose(["yolox_nano"], ModelStore([], Path("nowhere"))).object_detector
    'yolox_nano'

    Raises:
        ModelNotFound: no model has that name.
        ModelError: two of the names have the same task.
    """
    chosen: dict[str, str] = {}
    for name in names:
        task = store.card(name).task
        field = _FIELDS[task]
        if chosen.get(field, name) != name:
            raise ModelError(f"{name}: {chosen[field]} is for {task} too, name only one of them")
        chosen[field] = name
    return Choice(**chosen)


def open_face_detector(
    name: str, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
) -> FaceDetector:
    """Open the model of that name.

    Raises:
        ModelNotFound, ModelAltered: see `ModelStore.files`.
        RuntimeMissing: see `session.open_session`.
        ModelError: it is for another task, of an architecture nobody here can run, or damaged.
    """
    return _open(name, "face-detection", FACE_DETECTORS, store, options)


def open_face_embedder(
    name: str, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
) -> FaceEmbedder:
    """Open the model of that name; errors as in `open_face_detector`."""
    return _open(name, "face-embedding", FACE_EMBEDDERS, store, options)


def open_object_detector(
    name: str, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
) -> ObjectDetector:
    """Open the model of that name; errors as in `open_face_detector`."""
    return _open(name, "object-detection", OBJECT_DETECTORS, store, options)


def _open(
    name: str,
    task: Task,
    openers: MappingProxyType[str, Opener[Network]],
    store: ModelStore,
    options: SessionOptions,
) -> Network:
    card = store.card(name)
    if card.task != task:
        raise ModelError(f"{name}: this model is for {card.task}, asked for is {task}")
    if card.architecture not in openers:
        known = ", ".join(openers)
        raise ModelError(
            f"{name}: no code here runs the architecture {card.architecture}, known are {known}"
        )
    return openers[card.architecture](card, store, options)
