"""Open what an analysis or an enrolment needs: networks by name, and a gallery."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playbill.core.ports import FaceDetector, FaceEmbedder
from playbill.errors import MediaError
from playbill.media.probe import media_kind
from playbill.models.cards import ModelCard
from playbill.models.catalogue import (
    Choice,
    FaceLimits,
    choose,
    open_face_detector,
    open_face_embedder,
    open_object_detector,
)
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.galleries import open_gallery, scores_of
from playbill.pipeline.likeness import Alike
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.network_scores import NetworkScores


@dataclass(frozen=True, slots=True)
class Describer:
    """What turns pictures of people into points."""

    detector: FaceDetector
    embedder: FaceEmbedder
    card: ModelCard
    """Of the embedder."""

    @property
    def scores(self) -> NetworkScores:
        """What scores mean under the embedder."""
        return scores_of(self.card, self.embedder.cohort)


def open_analyzer(
    settings: AnalysisSettings,
    gallery: Path | StoredGallery | None = None,
    store: ModelStore | None = None,
    *,
    describe: bool = False,
) -> Analyzer:
    """Open the networks that `settings` name, and the gallery, for any number of media.

    Args:
        settings: how to analyse.
        gallery: a file, or what is in it; None: nobody is named.
        store: where the networks are.
        describe: describe and follow faces though nobody is named.

    Raises:
        ModelError: a network is not there, altered, or for another task.
        GalleryError: the gallery cannot be read, or is of another embedding network.
    """
    store = store or ModelStore.default()
    chosen = choose(settings.models, store)
    wanted = describe or gallery is not None
    networks = _open_networks(chosen, store, settings, describe=wanted)
    embedder = networks.embedder
    recogniser = (
        open_gallery(gallery, embedder.space, settings.stranger_rate)
        if gallery is not None and embedder
        else None
    )
    alike = Alike()
    if embedder:
        scores = scores_of(store.card(chosen.face_embedder), embedder.cohort)
        alike = Alike.of(scores.strangers, scores.cohort)
    return Analyzer(networks, recogniser, settings, alike)


def has_video(paths: Iterable[Path]) -> bool:
    """Whether one of the files is a video: its people are told apart by what their faces are like.

    In a picture everybody is somebody else, so that nothing needs to be described.
    """
    for path in paths:
        with suppress(MediaError):
            if media_kind(path) == "video":
                return True
    return False


def open_describer(settings: AnalysisSettings, store: ModelStore | None = None) -> Describer:
    """Open the networks that `settings` name for enrolment; errors as above."""
    store, options = store or ModelStore.default(), _session_options(settings)
    chosen = choose(settings.models, store)
    return Describer(
        _open_faces(chosen, store, settings),
        open_face_embedder(chosen.face_embedder, store, options),
        store.card(chosen.face_embedder),
    )


def _open_networks(
    chosen: Choice, store: ModelStore, settings: AnalysisSettings, *, describe: bool
) -> Networks:
    """Open all networks side by side; most of it is reading and waiting."""
    options = _session_options(settings)
    with ThreadPoolExecutor(2, thread_name_prefix="open") as beside:
        faces = beside.submit(_open_faces, chosen, store, settings)
        objects = beside.submit(
            open_object_detector,
            chosen.object_detector,
            store,
            options,
            min_score=settings.min_object_score,
        )
        embedder = open_face_embedder(chosen.face_embedder, store, options) if describe else None
        return Networks(faces.result(), embedder, objects.result())


def _open_faces(chosen: Choice, store: ModelStore, settings: AnalysisSettings) -> FaceDetector:
    return open_face_detector(
        chosen.face_detector,
        store,
        _session_options(settings),
        limits=FaceLimits(settings.min_face_px, settings.max_side_px, settings.min_face_score),
    )


def _session_options(settings: AnalysisSettings) -> SessionOptions:
    return SessionOptions(
        device=settings.device, precision=settings.precision, threads=settings.threads
    )
