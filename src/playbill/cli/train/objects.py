"""`playbill train objects`: an object network from labelled pictures."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import warn
from playbill.cli.train import options
from playbill.cli.train.progress import Reporter, picture_bar
from playbill.cli.train.result import print_model
from playbill.core.extras import from_extra
from playbill.core.labels import COCO_80
from playbill.datasets.reading import read_classes
from playbill.errors import DatasetError
from playbill.models.store import ModelStore
from playbill.training.objects.settings import Mining, ObjectNetworkName, ObjectTraining
from playbill.training.settings import LoopSettings

DEFAULTS = ObjectTraining(datasets=())
SHOWN = 10
"""Problems that are told one by one; of the others the number is."""


def objects(
    dataset: Annotated[
        list[Path],
        typer.Argument(readable=False, help="Labelled pictures: COCO, VOC, YOLO or CVAT."),
    ],
    network: Annotated[
        ObjectNetworkName, typer.Option(help="What kind of network is to learn.")
    ] = DEFAULTS.network,
    start: Annotated[
        str | None,
        typer.Option(
            help="A network of that kind, known by name, to begin with its weights; else random."
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="yolox-nano: learn what this network says of the pictures, instead of labels."
        ),
    ] = DEFAULTS.teacher,
    more: Annotated[
        list[Path] | None,
        typer.Option(
            readable=False, help="With a teacher: more pictures or folders; labels are not needed."
        ),
    ] = None,
    side: Annotated[
        int, typer.Option(min=32, help="yolox-nano: width and height of what it sees.")
    ] = DEFAULTS.side,
    labels: Annotated[
        Path | None,
        typer.Option(readable=False, help="A list of classes, one a line; if none, COCO's 80."),
    ] = None,
    held_out: Annotated[
        str, typer.Option(help="What to measure on: a share of the pictures, or a data set.")
    ] = f"{DEFAULTS.held_out}",
    drop_others: Annotated[
        bool, typer.Option("--drop-others", help="Leave out objects of other classes.")
    ] = False,
    mining: Annotated[
        Mining,
        typer.Option(
            help="SSD: what counts of the background: all, the easy little; or the worst."
        ),
    ] = DEFAULTS.mining,
    min_nearest: Annotated[
        float,
        typer.Option(
            min=0, max=0.5, help="SSD: leave alone what no prior box overlaps by this much (IoU)."
        ),
    ] = DEFAULTS.min_nearest,
    frozen: Annotated[
        int, typer.Option(min=0, help="How many of the first layers keep the start's weights.")
    ] = DEFAULTS.frozen,
    plain: Annotated[
        bool, typer.Option("--plain", help="Show pictures as they are: no crops, no colours.")
    ] = False,
    folder: options.RunFolder = Path("objects"),
    name: options.Name = None,
    steps: options.Steps = DEFAULTS.loop.steps,
    batch: options.Batch = DEFAULTS.batch,
    lr: options.LearningRate = DEFAULTS.loop.learning_rate,
    weight_decay: options.WeightDecay = DEFAULTS.loop.weight_decay,
    optimiser: options.Optimiser = DEFAULTS.loop.optimiser,
    warmup: options.WarmUp = DEFAULTS.loop.warmup_steps,
    ema: options.Ema = DEFAULTS.loop.ema,
    evaluate_every: options.EvaluateEvery = DEFAULTS.loop.evaluate_every,
    seed: options.Seed = DEFAULTS.loop.seed,
    precision: options.TrainingPrecision = DEFAULTS.loop.precision,
    devices: options.Devices = DEFAULTS.loop.devices,
) -> None:
    """Teach a network to find objects.

    $ playbill train objects instances_train.json --start ssd_mobilenet_v1_coco --lr 0.0001
    """
    run = from_extra("playbill.training.objects.run", "train")
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
    training = ObjectTraining(
        datasets=tuple(dataset),
        network=network,
        start=start,
        teacher=teacher,
        more=tuple(more or ()),
        side=side,
        labels=COCO_80 if labels is None else read_classes(labels),
        held_out=share_or_path(held_out),
        drop_others=drop_others,
        mining=mining,
        min_nearest=min_nearest,
        frozen=frozen,
        batch=batch,
        augment=not plain,
        loop=loop,
    )
    with picture_bar("pictures") as show:
        made = run.train_objects(
            training,
            folder,
            name or folder.resolve().name,
            store=ModelStore.default(),
            hook=Reporter(),
            pictures_hook=show,
        )
    for sentence in made.left_out[:SHOWN]:
        warn(f"left out: {sentence}")
    if len(made.left_out) > SHOWN:
        warn(f"left out: {len(made.left_out) - SHOWN} more")
    print_model(made.model, made.measures)


def share_or_path(text: str) -> float | Path:
    """`0.1` -> a share of the pictures; anything else is where a data set lies.

    Raises:
        DatasetError: it is a number, but no share.
    """
    try:
        share = float(text)
    except ValueError:
        return Path(text)
    if not 0 < share < 1:
        raise DatasetError(f"--held-out {text}: expected a share between 0 and 1, or a data set")
    return share
