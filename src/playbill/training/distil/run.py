"""From a teacher and folders of pictures to a small network: all of `playbill train distil`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch

from playbill.datasets.reading import first_few
from playbill.errors import DatasetError, ModelError
from playbill.evaluation.faces.pictures import plain_name
from playbill.models.catalogue import Choice, open_face_detector, open_face_embedder
from playbill.models.facenet import FaceNetEmbedder
from playbill.models.store import ModelStore
from playbill.training.distil.settings import DistilRequest
from playbill.training.distil.task import Distillation, KeptFaces
from playbill.training.distil.views import Views
from playbill.training.faces.augment import plain
from playbill.training.faces.module import as_input
from playbill.training.faces.unnamed import (
    MIN_FACE_PX,
    FoundFaces,
    collect_faces,
    find_pictures,
)
from playbill.training.faces.unnamed import Hook as FacesHook
from playbill.training.loop import Loop
from playbill.training.model_files import require_name, write_model
from playbill.training.networks.registry import face_network
from playbill.training.progress import Hook, silent
from playbill.training.run_folder import RunFolder
from playbill.training.trained_model import Origin, TrainedModel, face_kind


@dataclass(frozen=True, slots=True)
class Distilled:
    """A student that has learned, and how well."""

    model: TrainedModel
    measures: dict[str, float]
    refused: tuple[str, ...]
    """A sentence for each picture that could not be used, and for people who are not there."""


def distil(
    request: DistilRequest,
    folder: Path,
    name: str,
    origin: Origin,
    *,
    store: ModelStore,
    hook: Hook = silent,
    faces_hook: FacesHook = lambda _done, _all: None,
) -> Distilled:
    """Train, or go on where the training in `folder` was killed, and write the network.

    Raises:
        ModelNotFound, ModelError: the teacher is not there, or embeds no faces; `name` is no name.
        MediaError, DatasetError: the pictures are not there, or show no face; nobody who is to be
            held out is among them.
        TrainingError, OutputError: see `loop.Loop`.
        SystemExit: this is not the first of several processes, and its work is done.
    """
    require_name(name)
    network = face_network(request.student)
    teacher = _teacher(request.teacher, store)
    detector = open_face_detector(Choice().face_detector, store)
    side = teacher.size_wh[0]
    paths = find_pictures(request.sources)
    apart = [path for path in paths if plain_name(path.parent.name) in request.held_out]
    absent = _absent(request.held_out, apart)
    taught = sorted(set(paths) - set(apart))
    learned = collect_faces(taught, detector, size_px=side, hook=faces_hook)
    kept = collect_faces(apart, detector, size_px=side, only_main=True, hook=faces_hook)
    if not len(learned.crops):
        sources = ", ".join(map(str, request.sources))
        raise DatasetError(
            f"{sources}: found no face of {MIN_FACE_PX} px or more in {len(taught)} pictures"
        )
    run = RunFolder.open(
        folder,
        what="distil",
        settings={
            "student": request.student,
            "teacher": teacher.use.sha256,
            **asdict(request.settings),
            **asdict(request.views),
            **asdict(request.loop),
        },
        data={
            "faces": len(learned.crops),
            "faces kept apart": len(kept.crops),
            "sha256": sha256(learned.crops.tobytes()).hexdigest(),
        },
    )
    torch.manual_seed(request.loop.seed)
    task = Distillation(
        teacher,
        network.build(),
        network.size_px,
        Views(learned.crops, side, request.views, request.settings.seed),
        _kept(kept, side),
        request.settings,
    )
    loop = Loop(task, request.loop, folder, network=request.student, hook=hook)
    measures = loop.run()
    loop.end_others()
    example = as_input(task.batch(0)[0][:8]).contiguous()
    model = write_model(
        folder,
        name,
        loop.trained,
        example,
        face_kind(network.architecture, network.size_px),
        origin,
    )
    run.finish(measures, model.outputs())
    return Distilled(model, measures, (*learned.refused, *kept.refused, *absent))


def _absent(held_out: frozenset[str], apart: Sequence[Path]) -> tuple[str, ...]:
    """A sentence, if some of those who are to be held out are not there: they may be misspelt."""
    absent = sorted(held_out - {plain_name(path.parent.name) for path in apart})
    if not absent:
        return ()
    sentence = f"{len(absent)} of {len(held_out)} people to hold out have no folder here"
    if len(absent) == len(held_out):
        raise DatasetError(f"{sentence}: {first_few(absent)}")
    return (f"{sentence}: {first_few(absent)}",)


def _teacher(name: str, store: ModelStore) -> FaceNetEmbedder:
    embedder = open_face_embedder(name, store)
    if not isinstance(embedder, FaceNetEmbedder):
        raise ModelError(f"{name}: only networks that see one cut face at a time can teach")
    return embedder


def _kept(faces: FoundFaces, size_px: int) -> KeptFaces:
    """As the teacher sees them; a folder is a person."""
    _, people = np.unique([path.parent.name for path in faces.paths], return_inverse=True)
    crops = [plain(crop, size_px) for crop in faces.crops]
    shaped = np.array(crops, np.uint8).reshape(-1, size_px, size_px, 3)
    return KeptFaces(shaped, people.astype(np.int64))
