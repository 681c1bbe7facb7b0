"""`playbill train faces`: a face network from pictures of people."""

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
from playbill.training.faces.augment import VIEWS, Views
from playbill.training.faces.settings import (
    FACES,
    FINE_TUNE_RATE,
    FROM_NOTHING_RATE,
    FaceNetworkName,
    FaceTraining,
    FaceTrainingSettings,
    LossName,
)
from playbill.training.settings import LoopSettings

DEFAULTS = FaceTraining(dataset=Path())
SHOWN = 10
"""Refused pictures that are named; the others are counted."""


def faces(
    dataset: Annotated[
        Path,
        typer.Argument(readable=False, help="A folder with a folder of pictures for each person."),
    ],
    network: Annotated[
        FaceNetworkName,
        typer.Option(help="What kind of network is to learn."),
    ] = DEFAULTS.network,
    loss: Annotated[
        LossName, typer.Option(help="What it is to become good at.")
    ] = DEFAULTS.settings.loss,
    start: Annotated[
        str | None,
        typer.Option(
            help="facenet_vggface2 (an inception-resnet-v1), or a checkpoint; random, if none."
        ),
    ] = None,
    max_images: Annotated[
        int, typer.Option(min=2, help="Pictures of a person; more are left out.")
    ] = DEFAULTS.max_images,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="As many pictures of each person in every batch.")
    ] = False,
    each: Annotated[
        int, typer.Option(min=2, help="Pictures of a person in a balanced batch.")
    ] = DEFAULTS.settings.each,
    held_out: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of each person's pictures kept apart.")
    ] = DEFAULTS.settings.kept,
    strangers: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the people kept apart.")
    ] = DEFAULTS.settings.strangers,
    people_apart: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="A list of people, one a line, who are kept apart; instead of --strangers.",
        ),
    ] = None,
    hold: Annotated[
        float,
        typer.Option(
            min=0, help="Weight of staying where --start sees faces, so that nothing is forgotten."
        ),
    ] = DEFAULTS.settings.hold,
    unnamed: Annotated[
        list[Path] | None,
        typer.Option(
            readable=False,
            help="A folder of pictures whose faces nobody names; they are only held. Repeatable.",
        ),
    ] = None,
    views: Annotated[
        Views, typer.Option(help="How faces are shown: as portraits, or as on television.")
    ] = "portraits",
    blend: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Take the network this share of the way from --start to the end."
        ),
    ] = DEFAULTS.blend,
    split: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="What to keep apart: a split of `playbill dataset split`, not the shares above.",
        ),
    ] = None,
    without: Annotated[
        Path | None, typer.Option(readable=False, help="A list of pictures to leave out.")
    ] = None,
    freeze_norm: Annotated[
        bool, typer.Option("--freeze-norm", help="Leave batch norms as they are (fine-tuning).")
    ] = False,
    folder: options.RunFolder = Path("faces"),
    name: options.Name = None,
    steps: options.Steps = DEFAULTS.loop.steps,
    epochs: Annotated[
        float | None,
        typer.Option(min=0.001, help="How often each face is seen; instead of --steps."),
    ] = None,
    batch: options.Batch = DEFAULTS.settings.batch,
    lr: Annotated[
        float | None,
        typer.Option(
            min=1e-9,
            help=f"The highest learning rate; {FROM_NOTHING_RATE:g} from nothing, "
            f"{FINE_TUNE_RATE:g} with --start.",
        ),
    ] = None,
    weight_decay: options.WeightDecay = DEFAULTS.loop.weight_decay,
    optimiser: options.Optimiser = DEFAULTS.loop.optimiser,
    warmup: options.WarmUp = DEFAULTS.loop.warmup_steps,
    ema: options.Ema = DEFAULTS.loop.ema,
    evaluate_every: options.EvaluateEvery = DEFAULTS.loop.evaluate_every,
    seed: options.Seed = DEFAULTS.loop.seed,
    precision: options.TrainingPrecision = DEFAULTS.loop.precision,
    devices: options.Devices = DEFAULTS.loop.devices,
) -> None:
    """Teach a network to tell people apart by their faces.

    $ playbill train faces portraits/ --network inception-resnet-v1 --start facenet_vggface2
    """
    run = from_extra("playbill.training.faces.run", "train")
    loop = LoopSettings(
        steps=steps,
        learning_rate=lr or (FINE_TUNE_RATE if start else FROM_NOTHING_RATE),
        weight_decay=weight_decay,
        optimiser=optimiser,
        warmup_steps=warmup,
        ema=ema,
        seed=seed,
        evaluate_every=evaluate_every,
        precision=precision,
        devices=devices,
    )
    settings = FaceTrainingSettings(
        loss=loss,
        batch=batch,
        balanced=balanced,
        each=each,
        seed=seed,
        kept=held_out,
        strangers=strangers,
        freeze_norm=freeze_norm,
        hold=hold,
        augmentation=VIEWS[views],
    )
    training = FaceTraining(
        dataset,
        network=network,
        start=start,
        split=split,
        people_apart=frozenset(read_people(people_apart)) if people_apart else frozenset(),
        without=without,
        unnamed=tuple(unnamed or ()),
        blend=blend,
        max_images=max_images,
        epochs=epochs,
        settings=settings,
        loop=loop,
    )
    with picture_bar("faces") as show:
        made = run.train_faces(
            training,
            folder,
            name or folder.resolve().name,
            store=ModelStore.default(),
            hook=Reporter(),
            faces_hook=show,
        )
    for sentence in made.refused[:SHOWN]:
        warn(sentence)
    if len(made.refused) > SHOWN:
        warn(f"{len(made.refused) - SHOWN} more: see {folder / FACES}")
    print_model(made.model, made.measures)
