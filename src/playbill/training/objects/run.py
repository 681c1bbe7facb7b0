"""From labelled pictures to an object network: all of `playbill train objects`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import torch

from playbill.datasets.opening import open_objects
from playbill.datasets.problems import Problem, ProblemList, refuse
from playbill.models.store import ModelStore
from playbill.training.loop import Loop
from playbill.training.model_files import require_name
from playbill.training.objects.samples import Hook as PicturesHook
from playbill.training.objects.samples import Sample, gather, require_apart, split, write_split
from playbill.training.objects.settings import ObjectNetworkName, ObjectTraining
from playbill.training.objects.ssd_trainee import SsdTrainee
from playbill.training.objects.trainee import TraineeMaker
from playbill.training.objects.yolox.trainee import YoloxTrainee
from playbill.training.progress import Hook, silent
from playbill.training.run_folder import RunFolder
from playbill.training.trained_model import Origin, TrainedModel

SPLIT = "split.json"
"""Which pictures are learned from, and which are held out."""
TRAINEES: Mapping[ObjectNetworkName, TraineeMaker] = MappingProxyType(
    {
        "ssd-mobilenet-v1": SsdTrainee,
        "ssdlite-mobilenet-v3": SsdTrainee,
        "yolox-nano": YoloxTrainee,
    }
)
"""The kinds of networks, by name."""


@dataclass(frozen=True, slots=True)
class TrainedObjects:
    """A network that has learned, and how well."""

    model: TrainedModel
    measures: dict[str, float]
    left_out: tuple[str, ...]
    """A sentence for each picture and each object that could not be used."""


def train_objects(
    training: ObjectTraining,
    folder: Path,
    name: str,
    *,
    store: ModelStore,
    hook: Hook = silent,
    pictures_hook: PicturesHook = lambda _done, _all: None,
) -> TrainedObjects:
    """Train, or go on where the training in `folder` was killed, and write the network.

    Raises:
        DatasetError: the pictures are not there, or not fit for training; some are held out and
            learned from.
        TrainingError: no network or start of that name; and see `loop.Loop`.
        ModelError: `name` is no name for a model.
        ModelError, OutputError: as from what is called.
        SystemExit: this is not the first of several processes, and its work is done.
    """
    require_name(name)
    torch.manual_seed(training.loop.seed)
    trainee = TRAINEES[training.network](training, store)
    learned, held_out, left_out = _samples(training, pictures_hook)
    run = RunFolder.open(
        folder,
        what="objects",
        settings=_settings(training, store),
        data={"pictures": _digest(learned), "held out": _digest(held_out)},
    )
    write_split(folder / SPLIT, learned, held_out)
    task = trainee.task(learned, held_out, folder, pictures_hook)
    loop = Loop(task, training.loop, folder, network=training.network, hook=hook)
    measures = loop.run()
    loop.end_others()
    model = trainee.write(loop.trained, folder, name, _origin(training, store))
    run.finish(measures, model.outputs())
    return TrainedObjects(model, measures, left_out)


def _samples(
    training: ObjectTraining, hook: PicturesHook
) -> tuple[tuple[Sample, ...], tuple[Sample, ...], tuple[str, ...]]:
    """To learn from, to evaluate on, and a sentence for everything that was left out."""
    learned: list[Sample] = []
    left_out: list[str] = []
    for path in training.datasets:
        learned += _gathered(path, training, left_out, hook)
    if isinstance(training.held_out, Path):
        apart = _gathered(training.held_out, training, left_out, hook)
        require_apart(learned, apart)
        return tuple(learned), apart, tuple(left_out)
    return *split(learned, training.held_out, training.loop.seed), tuple(left_out)


def _gathered(
    path: Path, training: ObjectTraining, left_out: list[str], hook: PicturesHook
) -> tuple[Sample, ...]:
    """What can be learnt from; that pictures are missing before one is opened is a mishap."""
    problems = ProblemList()

    def tell(problem: Problem) -> None:
        if problem.kind == "missing-picture":
            refuse(problem)
        problems(problem)

    dataset = open_objects(path, outlines=False, on_problem=tell)
    samples = gather(
        dataset, training.labels, problems, drop_others=training.drop_others, hook=hook
    )
    left_out += [str(problem) for problem in problems.problems]
    return samples


def _settings(training: ObjectTraining, store: ModelStore) -> dict[str, object]:
    named = {"start": training.start, "teacher": training.teacher}
    digests = {
        f"{what} sha256": name and [file.sha256 for file in store.card(name).files]
        for what, name in named.items()
    }
    return {**asdict(training), **digests}


def _digest(samples: Sequence[Sample]) -> dict[str, object]:
    digest = sha256()
    for sample in samples:
        digest.update(sample.name.encode("utf-8", "surrogateescape"))
        digest.update(sample.boxes_xyxy.tobytes())
        digest.update(sample.columns.tobytes())
        digest.update(sample.ignored.tobytes())
    objects = sum(int((~sample.ignored).sum()) for sample in samples)
    return {"pictures": len(samples), "objects": objects, "sha256": digest.hexdigest()}


def _origin(training: ObjectTraining, store: ModelStore) -> Origin:
    source = "trained by playbill train objects: see run.json"
    if training.start is None:
        return Origin("", source)
    return Origin.continued(source, store.card(training.start))
