"""From a folder of pictures per person to a face network: all of `playbill train faces`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from torch import nn

from playbill.datasets.left_out import LeftOut, read_left_out
from playbill.datasets.people import find_people, place_of
from playbill.datasets.split_file import read_split
from playbill.errors import TrainingError
from playbill.evaluation.faces.pictures import plain_name
from playbill.media.files import sha256_of
from playbill.models.catalogue import Choice, open_face_detector, open_face_embedder
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.store import ModelStore
from playbill.training.blending import blend
from playbill.training.checkpoint import FILE
from playbill.training.faces.augment import plain
from playbill.training.faces.collecting import (
    Collected,
    FaceView,
    choose_pictures,
    collect_faces,
)
from playbill.training.faces.holding import HeldFaces, held_faces
from playbill.training.faces.judging import as_tensor
from playbill.training.faces.module import FaceModule, as_input
from playbill.training.faces.samples import FaceSamples
from playbill.training.faces.settings import FACES, HELD, SPLIT, UNNAMED, FaceTraining
from playbill.training.faces.split import FaceSplit, split_as_written, split_faces, write_split
from playbill.training.faces.starts import FACENET, started
from playbill.training.faces.task import SupervisedFaces
from playbill.training.faces.unnamed import collect_unnamed, find_pictures
from playbill.training.loop import Loop
from playbill.training.model_files import require_name, write_model
from playbill.training.networks.registry import FaceNetwork, face_network
from playbill.training.progress import Hook, silent
from playbill.training.run_folder import RunFolder
from playbill.training.settings import LoopSettings
from playbill.training.trained_model import Origin, TrainedModel, face_kind

EXAMPLES = 8
"""Faces on which the exported file is compared with torch."""


@dataclass(frozen=True, slots=True)
class TrainedFaces:
    """A network that has learned, and how well."""

    model: TrainedModel
    measures: dict[str, float]
    refused: tuple[str, ...]
    """A sentence for each picture, and each person, that could not be used."""


def train_faces(
    training: FaceTraining,
    folder: Path,
    name: str,
    *,
    store: ModelStore,
    hook: Hook = silent,
    faces_hook: Callable[[int, int], None] = lambda _done, _all: None,
) -> TrainedFaces:
    """Train, or go on where the training in `folder` was killed, and write the network.

    Raises:
        MediaError, DatasetError: the pictures are not there, or too few of them can be used.
        TrainingError: no network, loss or start of that name; and see `loop.Loop`.
        ModelError: `name` is no name for a model.
        ModelNotFound, ModelError, OutputError: as from what is called.
        SystemExit: this is not the first of several processes, and its work is done.
    """
    require_name(name)
    network = face_network(training.network)
    seed = training.settings.seed
    collected = _collect(training, network, folder, store, faces_hook)
    embedder = started(training.network, training.start, store=store, seed=seed)
    held = _held(training, network, collected.samples, folder, store, faces_hook)
    task = SupervisedFaces(
        collected.samples,
        embedder,
        network.size_px,
        training.settings,
        _split(training, collected.samples),
        held,
    )
    loop_settings = training.loop
    if training.epochs is not None:
        steps = max(1, round(training.epochs * task.steps_an_epoch))
        loop_settings = replace(loop_settings, steps=steps)
    run = RunFolder.open(
        folder,
        what="faces",
        settings=_settings(training, loop_settings, store),
        data=_data(collected.samples, held),
    )
    if training.start is not None and not (folder / FILE).exists():
        task.imprint()
    write_split(folder / SPLIT, task.split, collected.samples.sources)
    loop = Loop(task, loop_settings, folder, network=training.network, hook=hook)
    measures = loop.run()
    loop.end_others()
    if training.blend < 1:
        begun = started(training.network, training.start, store=store, seed=seed)
        blend(begun, _embedder(loop.trained), training.blend)
        measures = {f"{name} before blending": value for name, value in measures.items()}
        measures |= task.evaluate(loop.trained.eval())
    origin = _origin(training.start, store)
    model = _export(loop.trained, collected.samples, network, folder, name, origin)
    run.finish(measures, model.outputs())
    return TrainedFaces(model, measures, collected.refused)


def _collect(
    training: FaceTraining,
    network: FaceNetwork,
    folder: Path,
    store: ModelStore,
    hook: Callable[[int, int], None],
) -> Collected:
    without = read_left_out(training.without) if training.without else LeftOut.of(())
    pictures = choose_pictures(
        list(find_people(training.dataset, without=without)),
        max_images=training.max_images,
        seed=training.settings.seed,
    )
    detector = open_face_detector(Choice().face_detector, store)
    view = FaceView(network.size_px, network.architecture)
    return collect_faces(pictures, detector, view, folder / FACES, hook)


def _split(training: FaceTraining, samples: FaceSamples) -> FaceSplit | None:
    """As it is written, or with these people apart; None: drawn."""
    if training.split is not None:
        places = [place_of(Path(path), training.dataset.absolute()) for path in samples.sources]
        written = read_split(training.split)
        return split_as_written(written, places, samples.people, str(training.split))
    if not training.people_apart:
        return None
    names = [plain_name(name) in training.people_apart for name in samples.names]
    return split_faces(
        samples.people,
        kept=training.settings.kept,
        strangers=0,
        seed=training.settings.seed,
        apart=np.flatnonzero(names),
    )


def _held(  # noqa: PLR0917 - each is another kind of thing
    training: FaceTraining,
    network: FaceNetwork,
    samples: FaceSamples,
    folder: Path,
    store: ModelStore,
    hook: Callable[[int, int], None],
) -> HeldFaces | None:
    """Where the start sees all faces, those without a name too; None: they are not held."""
    if not training.settings.hold:
        return None
    if training.start != FACENET:
        raise TrainingError(
            f"{training.start or 'random weights'}: faces can be held only where {FACENET} sees "
            f"them, expected it to be the start, or no --hold"
        )
    start = open_face_embedder(FACENET, store)
    if not isinstance(start, FaceNetEmbedder):
        raise TrainingError(f"{FACENET}: expected a network that sees one cut face at a time")
    paths = [
        path
        for path in find_pictures(training.unnamed)
        if plain_name(path.parent.name) not in training.people_apart
    ]
    view = FaceView(network.size_px, network.architecture)
    pictures = collect_unnamed(
        paths,
        open_face_detector(Choice().face_detector, store),
        view,
        folder / UNNAMED,
        hook=hook,
    )
    digest = sha256(start.use.sha256.encode())
    digest.update(samples.pictures.data)
    digest.update(pictures.data)
    return held_faces(
        start,
        samples,
        pictures,
        folder / HELD,
        digest.hexdigest(),
        size_px=network.size_px,
    )


def _settings(training: FaceTraining, loop: LoopSettings, store: ModelStore) -> dict[str, object]:
    return {
        "network": training.network,
        "start": training.start,
        "start sha256": _digest(training.start, store),
        "split": training.split and sha256_of(training.split),
        "without": training.without and sha256_of(training.without),
        "max images": training.max_images,
        "people apart": sorted(training.people_apart),
        "blend": training.blend,
        **asdict(training.settings),
        **asdict(loop),
    }


def _digest(start: str | None, store: ModelStore) -> str | None:
    """Of the network or the checkpoint that is started from."""
    if start is None:
        return None
    if start == FACENET:
        return store.card(FACENET).files[0].sha256
    path = Path(start) / FILE if Path(start).is_dir() else Path(start)
    return sha256_of(path) if path.exists() else None


def _data(samples: FaceSamples, held: HeldFaces | None) -> dict[str, object]:
    digest = sha256(samples.people.tobytes())
    digest.update(samples.pictures.data)
    found = {"faces": len(samples), "people": len(samples.names)}
    if held is not None:
        digest.update(held.pictures.data)
        found["faces without a name"] = len(held.pictures)
    return {**found, "sha256": digest.hexdigest()}


def _origin(start: str | None, store: ModelStore) -> Origin:
    source = "trained by playbill train faces: see run.json"
    if start is None:
        return Origin("", source)
    if start == FACENET:
        return Origin.continued(source, store.card(FACENET))
    return Origin("", f"{source}; started from the checkpoint {start}")


def _export(  # noqa: PLR0917 - each is another kind of thing
    module: object,
    samples: FaceSamples,
    network: FaceNetwork,
    folder: Path,
    name: str,
    origin: Origin,
) -> TrainedModel:
    """Write the embedding part alone."""
    size_px = network.size_px
    faces = as_tensor([plain(face, size_px) for face in samples.pictures[:EXAMPLES]])
    return write_model(
        folder,
        name,
        _embedder(module),
        as_input(faces).contiguous(),
        face_kind(network.architecture, size_px),
        origin,
    )


def _embedder(module: object) -> nn.Module:
    if not isinstance(module, FaceModule):
        raise TypeError(f"expected a FaceModule, got {type(module).__name__}")
    return module.embedder
