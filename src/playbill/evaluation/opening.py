"""Open the networks that are to be measured, by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from playbill.core.ports import FaceDetector
from playbill.errors import ModelError
from playbill.evaluation.faces.evaluate import FaceNetwork
from playbill.evaluation.faces.in_use import strangers_of
from playbill.evaluation.record import megabytes
from playbill.models.cards import Task
from playbill.models.catalogue import (
    Choice,
    FaceLimits,
    open_face_detector,
    open_face_embedder,
)
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.settings import AnalysisSettings


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
    detectors, embedders = _by_task(settings.models, ("face-detection", "face-embedding"), store)
    if len(detectors) > 1:
        raise ModelError(f"{detectors[1]}: {detectors[0]} finds faces too, name only one of them")
    default, options = Choice(), session_options(settings)
    limits = FaceLimits(settings.min_face_px, settings.max_side_px, settings.min_face_score)
    name = detectors[0] if detectors else default.face_detector
    return FaceNetworks(
        open_face_detector(name, store, options, limits=limits),
        tuple(
            open_face_network(each, store, options) for each in embedders or [default.face_embedder]
        ),
    )


def open_face_network(name: str, store: ModelStore, options: SessionOptions) -> FaceNetwork:
    """Open one embedding network; errors as above."""
    embedder, card = open_face_embedder(name, store, options), store.card(name)
    return FaceNetwork(embedder, megabytes(card, store), strangers_of(card))


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
