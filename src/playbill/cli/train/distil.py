"""`playbill train distil`: a small face network from a large one."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import warn
from playbill.cli.extras import from_extra
from playbill.cli.train import options
from playbill.cli.train.options import read_names
from playbill.cli.train.progress import Reporter, picture_bar
from playbill.cli.train.result import print_model
from playbill.models.store import ModelStore


def distil(
    teacher: Annotated[str, typer.Argument(help="A face network that is known by name.")],
    dataset: Annotated[
        list[Path],
        typer.Argument(readable=False, help="Folders of pictures; nobody in them needs a name."),
    ],
    student: Annotated[str, typer.Option(help="What kind of network is to learn.")] = "compact",
    held_out: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="A list of people, one a line, whose folders are kept to measure with.",
        ),
    ] = None,
    folder: options.RunFolder = Path("distilled"),
    name: options.Name = None,
    steps: options.Steps = 5000,
    batch: options.Batch = 128,
    lr: options.LearningRate = 2e-3,
    weight_decay: options.WeightDecay = 0.05,
    optimiser: options.Optimiser = "muon",
    warmup: options.WarmUp = 100,
    ema: options.Ema = 0.999,
    relations: Annotated[
        float, typer.Option(min=0, help="Weight of who is near to whom, beside each vector.")
    ] = 10.0,
    blended: Annotated[
        float, typer.Option(min=0, max=1, help="Share of views made of two faces.")
    ] = 0.6,
    evaluate_every: options.EvaluateEvery = 500,
    seed: options.Seed = 0,
    precision: options.TrainingPrecision = "auto",
    devices: options.Devices = 1,
) -> None:
    """Teach a small network what a large one says of faces, so that it can stand in for it.

    $ playbill train distil facenet_vggface2 portraits/ --out my-face
    """
    run = from_extra("playbill.training.distil.run", "train")
    loop = run.LoopSettings(
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
    request = run.DistilRequest(
        teacher=teacher,
        sources=tuple(dataset),
        student=student,
        held_out=read_names(held_out),
        settings=run.DistilSettings(batch=batch, relations=relations, seed=seed),
        views=run.ViewSettings(blended=blended),
        loop=loop,
    )
    with picture_bar("faces") as show:
        made = run.distil(
            request,
            folder,
            name or folder.resolve().name,
            store=ModelStore.default(),
            hook=Reporter(),
            faces_hook=show,
        )
    for sentence in made.refused:
        warn(sentence)
    print_model(made.model, made.measures)
