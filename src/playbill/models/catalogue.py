"""Which code runs which architecture, and which models an analysis uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol, TypeVar

from playbill.core.limits import ScoreLimits
from playbill.core.ports import FaceDetector, FaceEmbedder, ObjectDetector
from playbill.errors import ModelError
from playbill.models import dfine, face_check, mtcnn, ssd, yolox, yunet
from playbill.models.cards import ModelCard, Task
from playbill.models.dfine import DfineDetector
from playbill.models.face_check import CheckedDetector, OnetCheck
from playbill.models.face_crops import CUTS
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.many_looks import ManyLooks
from playbill.models.mtcnn import MtcnnDetector
from playbill.models.options import DEFAULT_OPTIONS, SessionOptions
from playbill.models.ssd import SsdDetector
from playbill.models.store import ModelStore
from playbill.models.thresholds import score_limits
from playbill.models.yolox import YoloxDetector
from playbill.models.yunet import YunetDetector

Opener = TypeVar("Opener")
CHECKED_BY = "mtcnn"
"""The model whose last network looks again at what a YuNet takes for faces."""


class ObjectOpener(Protocol):
    """Opens a network of one architecture."""

    def __call__(
        self,
        card: ModelCard,
        store: ModelStore,
        options: SessionOptions,
        *,
        min_score: float | None,
    ) -> ObjectDetector:
        """See `open_object_detector`."""
        ...


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """Which faces are looked for; None: as the detector has it, since no two mean the same."""

    min_px: float | None = None
    """Of a shorter side there are none."""
    max_side_px: int | None = None
    """The longest side of what the detector sees of a picture."""
    min_score: float | None = None
    """Those that score less are left out."""


DEFAULT_LIMITS = FaceLimits()


def _open_mtcnn(
    card: ModelCard, store: ModelStore, options: SessionOptions, limits: FaceLimits
) -> FaceDetector:
    own = mtcnn.DEFAULT_SETTINGS
    settings = replace(
        own,
        min_face_px=limits.min_px or own.min_face_px,
        max_side_px=limits.max_side_px or own.max_side_px,
        min_scores=(*own.min_scores[:2], limits.min_score or own.min_scores[2]),
    )
    return MtcnnDetector.open(card, store, options, settings)


def _open_yunet(
    card: ModelCard, store: ModelStore, options: SessionOptions, limits: FaceLimits
) -> FaceDetector:
    """A YuNet whose faces MTCNN's last network confirms."""
    own, min_score = yunet.DEFAULT_SETTINGS, limits.min_score or face_check.MIN_SCORE
    settings = replace(
        own,
        min_face_px=limits.min_px or own.min_face_px,
        max_side_px=limits.max_side_px or own.max_side_px,
        min_score=face_check.min_proposal(min_score),
    )
    return CheckedDetector(
        YunetDetector.open(card, store, options, settings),
        OnetCheck.open(store.card(CHECKED_BY), store, options),
        min_score=min_score,
    )


def _open_yolox(
    card: ModelCard,
    store: ModelStore,
    options: SessionOptions,
    *,
    min_score: float | None,
) -> ObjectDetector:
    if card.looks:
        return ManyLooks.open(card, store, options, min_score=min_score)
    return YoloxDetector.open(card, store, options, min_score=min_score)


FACE_DETECTORS = MappingProxyType({"mtcnn": _open_mtcnn, "yunet": _open_yunet})
FACE_EMBEDDERS = MappingProxyType(dict.fromkeys(CUTS, FaceNetEmbedder.open))
OBJECT_DETECTORS: Mapping[str, ObjectOpener] = MappingProxyType(
    {"ssd": SsdDetector.open, "yolox": _open_yolox, "dfine": DfineDetector.open}
)
OBJECT_SCORES = MappingProxyType(
    {"ssd": ssd.MIN_SCORE, "yolox": yolox.MIN_SCORE, "dfine": dfine.MIN_SCORE}
)
"""From which on objects are shown where a card says nothing of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The models of one analysis, by name."""

    face_detector: str = "mtcnn"
    face_embedder: str = "playbill-face"
    object_detector: str = "playbill-yolox"


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
    name: str,
    store: ModelStore,
    options: SessionOptions = DEFAULT_OPTIONS,
    *,
    limits: FaceLimits = DEFAULT_LIMITS,
) -> FaceDetector:
    """Open the model of that name, to find faces within `limits`.

    Raises:
        ModelNotFound, ModelAltered: see `ModelStore.files`.
        RuntimeMissing: see `session.open_session`.
        ModelError: it is for another task, of an architecture nobody here can run, or damaged.
    """
    card = _card(name, "face-detection", store)
    return _opener(card, FACE_DETECTORS)(card, store, options, limits)


def open_face_embedder(
    name: str, store: ModelStore, options: SessionOptions = DEFAULT_OPTIONS
) -> FaceEmbedder:
    """Open the model of that name; errors as in `open_face_detector`."""
    card = _card(name, "face-embedding", store)
    return _opener(card, FACE_EMBEDDERS)(card, store, options)


def open_object_detector(
    name: str,
    store: ModelStore,
    options: SessionOptions = DEFAULT_OPTIONS,
    *,
    min_score: float | None = None,
) -> ObjectDetector:
    """Open the model of that name, to find what scores at least `min_score`.

    None is what its card says of each class. Errors as above.
    """
    card = _card(name, "object-detection", store)
    return _opener(card, OBJECT_DETECTORS)(card, store, options, min_score=min_score)


def object_limits(card: ModelCard) -> ScoreLimits:
    """What is shown of an object network's detections where nobody asks for anything else."""
    own = _opener(card, OBJECT_SCORES)
    return score_limits(card.labels, card.thresholds, None, own)


def _card(name: str, task: Task, store: ModelStore) -> ModelCard:
    card = store.card(name)
    if card.task != task:
        raise ModelError(f"{name}: this model is for {card.task}, asked for is {task}")
    return card


def _opener(card: ModelCard, openers: Mapping[str, Opener]) -> Opener:
    if card.architecture not in openers:
        known = ", ".join(openers)
        raise ModelError(
            f"{card.name}: no code here runs the architecture {card.architecture}, "
            f"known are {known}"
        )
    return openers[card.architecture]
