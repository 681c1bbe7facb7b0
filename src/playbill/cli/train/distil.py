"""`playbill train distil`: a small face network from a large one."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import warn
from playbill.cli.train import options
from playbill.cli.train.progress import Reporter, picture_bar
from playbill.cli.train.result import print_model
from playbill.core.extras import from_extra
from playbill.evaluation.faces.pictures import read_people
from playbill.models.store import ModelStore
from playbill.training.distil.settings import DistilRequest, DistilSettings
from playbill.training.distil.views import ViewSettings
from playbill.training.settings import LoopSettings
from playbill.training.trained_model import Origin

DEFAULTS = DistilRequest(teacher="", sources=())


def distil(
    teacher: Annotated[str, typer.Argument(help="A face network that is known by name.")],
    dataset: Annotated[
        list[Path],
        typer.Argument(readable=False, help="Folders of pictures; nobody in them needs a name."),
    ],
    student: Annotated[
        str, typer.Option(help="What kind of network is to learn.")
    ] = DEFAULTS.student,
    held_out: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="A list of people, one a line, whose folders are kept to measure with.",
        ),
    ] = None,
    folder: options.RunFolder = Path("distilled"),
    name: options.Name = None,
    licence: options.Licence = "",
    source: options.Source = "",
    steps: options.Steps = DEFAULTS.loop.steps,
    batch: options.Batch = DEFAULTS.settings.batch,
    lr: options.LearningRate = DEFAULTS.loop.learning_rate,
    weight_decay: options.WeightDecay = DEFAULTS.loop.weight_decay,
    optimiser: options.Optimiser = DEFAULTS.loop.optimiser,
    warmup: options.WarmUp = DEFAULTS.loop.warmup_steps,
    ema: options.Ema = DEFAULTS.loop.ema,
    relations: Annotated[
        float, typer.Option(min=0, help="Weight of who is near to whom, beside each vector.")
    ] = DEFAULTS.settings.relations,
    blended: Annotated[
        float, typer.Option(min=0, max=1, help="Share of views made of two faces.")
    ] = DEFAULTS.views.blended,
    evaluate_every: options.EvaluateEvery = DEFAULTS.loop.evaluate_every,
    seed: options.Seed = DEFAULTS.loop.seed,
    precision: options.TrainingPrecision = DEFAULTS.loop.precision,
    devices: options.Devices = DEFAULTS.loop.devices,
) -> None:
    """Teach a small network what a large one says of faces, so that it can stand in for it.

    $ playbill train distil facenet_vggface2 portraits/ --out my-face
    """
    run = from_extra("playbill.training.distil.run", "train")
    loop = LoopSettings(
        steps=steps,
        learning_rate=lr,
        weight_decay=weight_decay,
        optimiser=optimiser,
        warmup_steps=warmup,
        ema=ema,
        seed=seed,
        evaluate_every=evaluate_every,
        precision=precision,
        devices=devices,
    )
    request = DistilRequest(
        teacher=teacher,
        sources=tuple(dataset),
        student=student,
        held_out=frozenset(read_people(held_out)) if held_out else frozenset(),
        settings=DistilSettings(batch=batch, relations=relations, seed=seed),
        views=ViewSettings(blended=blended),
        loop=loop,
    )
    origin = Origin(licence, source or f"trained by playbill train distil from {teacher}")
    with picture_bar("faces") as show:
        made = run.distil(
            request,
            folder,
            name or folder.resolve().name,
            origin,
            store=ModelStore.default(),
            hook=Reporter(),
            faces_hook=show,
        )
    for sentence in made.refused:
        warn(sentence)
    print_model(made.model, made.measures)
