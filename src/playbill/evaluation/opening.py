"""Open the networks that are to be measured, by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playbill.core.ports import FaceDetector
from playbill.errors import GalleryError, ModelError
from playbill.evaluation.faces.evaluate import FaceNetwork
from playbill.evaluation.gallery.evaluate import GalleryNetworks
from playbill.evaluation.objects.evaluate import MIN_SCORE, ObjectNetwork
from playbill.evaluation.record import megabytes
from playbill.models.cards import Task
from playbill.models.catalogue import (
    Choice,
    FaceLimits,
    object_limits,
    open_face_detector,
    open_face_embedder,
    open_object_detector,
)
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import open_gallery, scores_of
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.gallery_file import read_gallery


@dataclass(frozen=True, slots=True)
class FaceNetworks:
    """A detector, and the embedders that are measured on what it finds."""

    detector: FaceDetector
    networks: tuple[FaceNetwork, ...]


def open_face_networks(settings: AnalysisSettings, store: ModelStore | None = None) -> FaceNetworks:
    """Open the face networks that `settings` name; without one, the default.

    Raises:
        ModelError: a network is not there, altered, or neither finds nor describes faces.
    """
    store = store or ModelStore.default()
    detector, embedders = _open_detector(settings, store)
    options = session_options(settings)
    names = embedders or [Choice().face_embedder]
    return FaceNetworks(detector, tuple(open_face_network(each, store, options) for each in names))


def open_gallery_networks(
    gallery: Path, settings: AnalysisSettings, store: ModelStore | None = None
) -> GalleryNetworks:
    """Open a gallery and the networks that it was enrolled with.

    Raises:
        GalleryError: it cannot be read; its network is not here, or `settings` name another one.
        ModelError: as above, or `settings` name two embedders.
    """
    store = store or ModelStore.default()
    kept = read_gallery(gallery).fitted.gallery
    detector, embedders = _open_detector(settings, store)
    if len(embedders) > 1:
        raise ModelError(f"{embedders[1]}: a gallery is of one network, name only one of them")
    name = embedders[0] if embedders else kept.space.partition("@")[0]
    if name not in store.cards():
        raise GalleryError(
            f"{gallery}: was enrolled with the network {kept.space}, which is not here"
        )
    embedder = open_face_embedder(name, store, session_options(settings))
    recogniser = open_gallery(gallery, embedder.space, settings.stranger_rate)
    return GalleryNetworks(detector, embedder, recogniser, frozenset(kept.sources))


def open_object_networks(
    settings: AnalysisSettings, store: ModelStore | None = None
) -> tuple[ObjectNetwork, ...]:
    """Open the object networks that `settings` name; without one, the default. Errors as above."""
    store = store or ModelStore.default()
    [names] = _by_task(settings.models, ("object-detection",), store)
    options = session_options(settings)
    return tuple(
        open_object_network(each, store, options) for each in names or [Choice().object_detector]
    )


def open_object_network(name: str, store: ModelStore, options: SessionOptions) -> ObjectNetwork:
    """Open one object network, its weak answers too; errors as above."""
    detector = open_object_detector(name, store, options, min_score=MIN_SCORE)
    card = store.card(name)
    return ObjectNetwork(detector, megabytes(card, store), object_limits(card))


def open_face_network(name: str, store: ModelStore, options: SessionOptions) -> FaceNetwork:
    """Open one embedding network; errors as above."""
    embedder, card = open_face_embedder(name, store, options), store.card(name)
    return FaceNetwork(embedder, megabytes(card, store), scores_of(card, embedder.cohort))


def _open_detector(settings: AnalysisSettings, store: ModelStore) -> tuple[FaceDetector, list[str]]:
    """The face detector of `settings`, and the names of the embedders that they name."""
    detectors, embedders = _by_task(settings.models, ("face-detection", "face-embedding"), store)
    if len(detectors) > 1:
        raise ModelError(f"{detectors[1]}: {detectors[0]} finds faces too, name only one of them")
    limits = FaceLimits(settings.min_face_px, settings.max_side_px, settings.min_face_score)
    name = detectors[0] if detectors else Choice().face_detector
    options = session_options(settings)
    return open_face_detector(name, store, options, limits=limits), embedders


def session_options(settings: AnalysisSettings) -> SessionOptions:
    """How the networks of `settings` are to run."""
    return SessionOptions(
        device=settings.device, precision=settings.precision, threads=settings.threads
    )


def _by_task(
    names: Sequence[str], tasks: Sequence[Task], store: ModelStore
) -> tuple[list[str], ...]:
    """The names for each of the tasks, each name once."""
    found: dict[Task, list[str]] = {task: [] for task in tasks}
    for name in dict.fromkeys(names):
        task = store.card(name).task
        if task not in found:
            raise ModelError(f"{name}: is for {task}, expected one for {' or '.join(tasks)}")
        found[task].append(name)
    return tuple(found[task] for task in tasks)
