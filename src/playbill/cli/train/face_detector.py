"""`playbill train face-detector`: a face detector from what two others agree on."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.train import options
from playbill.cli.train.progress import Reporter, picture_bar
from playbill.cli.train.result import print_model
from playbill.core.extras import from_extra
from playbill.models.store import ModelStore
from playbill.training.face_detection.settings import (
    FACE_DETECTION_LOOP,
    FaceDetectionRequest,
    ViewSettings,
)
from playbill.training.settings import LoopSettings

DEFAULTS = FaceDetectionRequest(start="yunet", other="mtcnn", sources=())


def face_detector(
    dataset: Annotated[
        list[Path],
        typer.Argument(
            readable=False,
            help="Folders of pictures; or labelled pictures, where one without a person shows no "
            "face.",
        ),
    ],
    start: Annotated[
        str, typer.Option(help="A YuNet that is known by name: its weights are begun with.")
    ] = DEFAULTS.start,
    other: Annotated[
        str, typer.Option(help="Another face detector: only faces that both find are learned.")
    ] = DEFAULTS.other,
    held_out: Annotated[
        Path | None,
        typer.Option(readable=False, help="Labelled pictures to measure on, none of them learned."),
    ] = None,
    frozen: Annotated[
        int, typer.Option(min=0, help="How many of the first stages keep the start's weights.")
    ] = DEFAULTS.frozen,
    side: Annotated[
        int, typer.Option(min=64, help="The side of the squares to learn from, in pixels.")
    ] = DEFAULTS.views.side_px,
    empty: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of squares from pictures without people.")
    ] = DEFAULTS.views.empty,
    folder: options.RunFolder = Path("face-detector"),
    name: options.Name = None,
    steps: options.Steps = FACE_DETECTION_LOOP.steps,
    batch: options.Batch = DEFAULTS.batch,
    lr: options.LearningRate = FACE_DETECTION_LOOP.learning_rate,
    weight_decay: options.WeightDecay = FACE_DETECTION_LOOP.weight_decay,
    optimiser: options.Optimiser = FACE_DETECTION_LOOP.optimiser,
    warmup: options.WarmUp = FACE_DETECTION_LOOP.warmup_steps,
    ema: options.Ema = FACE_DETECTION_LOOP.ema,
    evaluate_every: options.EvaluateEvery = FACE_DETECTION_LOOP.evaluate_every,
    seed: options.Seed = FACE_DETECTION_LOOP.seed,
    precision: options.TrainingPrecision = FACE_DETECTION_LOOP.precision,
    devices: options.Devices = FACE_DETECTION_LOOP.devices,
) -> None:
    """Teach a small network to find faces, small and worn ones too.

    $ playbill train face-detector portraits/ instances_train.json --held-out instances_val.json
    """
    run = from_extra("playbill.training.face_detection.run", "train")
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
    request = FaceDetectionRequest(
        start=start,
        other=other,
        sources=tuple(dataset),
        held_out=held_out,
        frozen=frozen,
        batch=batch,
        views=ViewSettings(side_px=side, empty=empty),
        loop=loop,
    )
    with picture_bar("pictures") as show:
        made = run.train_face_detector(
            request,
            folder,
            name or folder.resolve().name,
            store=ModelStore.default(),
            hook=Reporter(),
            pictures_hook=show,
        )
    print_model(made.model, made.measures)
