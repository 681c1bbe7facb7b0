"""From two detectors and pictures to a third: all of `playbill train face-detector`."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from torch import nn

from playbill.errors import DatasetError, TrainingError
from playbill.models.cards import InputContract
from playbill.models.catalogue import FaceLimits, open_face_detector
from playbill.models.store import ModelStore
from playbill.models.yunet import YunetDetector, YunetSettings
from playbill.models.yunet_graph import OUTPUTS
from playbill.training.blending import blend
from playbill.training.face_detection.collecting import Hook as PicturesHook
from playbill.training.face_detection.collecting import LookedAt, find_sources, look_at
from playbill.training.face_detection.settings import FaceDetectionRequest
from playbill.training.face_detection.task import FaceDetection
from playbill.training.face_detection.views import Views
from playbill.training.loop import Loop
from playbill.training.model_files import require_name, write_model
from playbill.training.networks.yunet import Published, YuNet
from playbill.training.progress import Hook, silent
from playbill.training.run_folder import RunFolder
from playbill.training.trained_model import ModelKind, Origin, TrainedModel
from playbill.training.weights.yunet_onnx import load_yunet

DOUBTFUL = 0.3
"""What the teacher must score for a place to be a face or in dispute."""
OTHER_DOUBTFUL = 0.5
SHARES = (0.0, 0.5, 1.0)
"""Of the way from the start to what was learned, from which the best is taken."""
PUBLISHED_PX = 640
KIND = ModelKind(
    "face-detection",
    "yunet",
    InputContract(size_wh=None, channels="BGR", mean=0, divisor=1),
    "input",
    OUTPUTS,
    free_batch=False,
)


@dataclass(frozen=True, slots=True)
class TrainedDetector:
    """A detector that has learned, and how well."""

    model: TrainedModel
    measures: dict[str, float]


def train_face_detector(
    request: FaceDetectionRequest,
    folder: Path,
    name: str,
    *,
    store: ModelStore,
    hook: Hook = silent,
    pictures_hook: PicturesHook = lambda _done, _all: None,
) -> TrainedDetector:
    """Train, or go on where the training in `folder` was killed, and write the network.

    Raises:
        ModelError: a detector is not there, or `start` is no YuNet; `name` is no name for a model.
        DatasetError, MediaError: the pictures are not there, or show no face.
        TrainingError, OutputError: see `loop.Loop`.
        SystemExit: this is not the first of several processes, and its work is done.
    """
    require_name(name)
    card = store.card(request.start)
    start = load_yunet(store.path(card).read_bytes(), request.start)
    learned, held_out = _looked_at(request, store, pictures_hook)
    run = RunFolder.open(
        folder,
        what="face-detector",
        settings={**asdict(request), "start sha256": card.files[0].sha256},
        data={"pictures": _digest(learned), "held out": _digest(held_out)},
    )
    torch.manual_seed(request.loop.seed)
    task = FaceDetection(
        freeze(copy.deepcopy(start), request.frozen),
        Views(learned, request.views, request.loop.seed),
        held_out,
        batch=request.batch,
        side=request.views.side_px,
    )
    loop = Loop(task, request.loop, folder, network="yunet", hook=hook)
    measures = loop.run()
    loop.end_others()
    network, chosen = best_blend(task, start, loop.trained)
    example = torch.zeros(1, 3, PUBLISHED_PX, PUBLISHED_PX)
    origin = Origin.continued("trained by playbill train face-detector: see run.json", card)
    model = write_model(folder, name, Published(network), example, KIND, origin)
    measures |= chosen
    run.finish(measures, model.outputs())
    return TrainedDetector(model, measures)


def freeze(network: YuNet, stages: int) -> YuNet:
    """Let the stem and the first `stages` keep their weights; 0: let everything learn.

    Raises:
        TrainingError: there are not so many stages.
    """
    if not 0 <= stages <= len(network.stages):
        raise TrainingError(f"{stages} stages cannot be frozen, there are {len(network.stages)}")
    for part in [network.stem, *list(network.stages)[:stages]] if stages else []:
        part.requires_grad_(requires_grad=False)
    return network


def best_blend(
    task: FaceDetection, start: YuNet, trained: nn.Module
) -> tuple[YuNet, dict[str, float]]:
    """Start and result mixed as measures best on the pictures held out.

    Without pictures held out it is what was learned. See `blending` for why.
    """
    candidates = []
    for share in SHARES:
        network = blended(start, trained, share)
        measures = task.evaluate(network)
        if not measures:
            return blended(start, trained, 1.0), {}
        candidates.append((float(np.mean(list(measures.values()))), share, network, measures))
    _, share, network, measures = max(candidates, key=lambda one: (one[0], -one[1]))
    before = {f"start's {key}": value for key, value in candidates[0][3].items()}
    return network, {"share": share, **measures, **before}


def blended(start: YuNet, trained: nn.Module, share: float) -> YuNet:
    """`share` of the way from the weights of `start` to those of `trained`."""
    network = copy.deepcopy(start).eval()
    network.load_state_dict(trained.state_dict())
    blend(start, network, share)
    return network


def _looked_at(
    request: FaceDetectionRequest, store: ModelStore, hook: PicturesHook
) -> tuple[tuple[LookedAt, ...], tuple[LookedAt, ...]]:
    """The pictures to learn from, and those held out."""
    teacher = YunetDetector.open(
        store.card(request.start), store, settings=YunetSettings(min_score=DOUBTFUL)
    )
    other = open_face_detector(request.other, store, limits=FaceLimits(min_score=OTHER_DOUBTFUL))
    apart = find_sources([request.held_out]) if request.held_out else []
    known = {source.path.resolve() for source in apart}
    taught = [one for one in find_sources(request.sources) if one.path.resolve() not in known]
    learned = look_at(taught, teacher, other, hook=hook)
    if not any(len(picture.faces) for picture in learned):
        raise DatasetError(
            f"{', '.join(map(str, request.sources))}: both detectors agree on no face in "
            f"{len(taught)} pictures"
        )
    return learned, look_at(apart, teacher, other, hook=hook)


def _digest(pictures: Sequence[LookedAt]) -> dict[str, object]:
    digest = sha256()
    for picture in pictures:
        digest.update(picture.path.name.encode("utf-8", "surrogateescape"))
        for boxes in (picture.faces.boxes_xyxy, picture.disputed_xyxy):
            digest.update(np.round(boxes).astype(np.int32).tobytes())
    return {
        "pictures": len(pictures),
        "without people": sum(picture.empty for picture in pictures),
        "faces": sum(len(picture.faces) for picture in pictures),
        "sha256": digest.hexdigest(),
    }
