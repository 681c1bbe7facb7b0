"""Options that trainings share, written once."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.training import settings

RunFolder = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="The folder of the training; said again, it goes on where it was killed.",
    ),
]
Name = Annotated[
    str | None, typer.Option(help="What the network is called; the folder's name, if none.")
]
Licence = Annotated[str, typer.Option(help="Of the network, for its card.")]
Source = Annotated[
    str, typer.Option(help="What the card says of where it comes from; how it was made, if none.")
]
Steps = Annotated[int, typer.Option(min=1, help="How many batches to learn from.")]
Batch = Annotated[int, typer.Option(min=2, help="How many pictures a batch has.")]
LearningRate = Annotated[float, typer.Option("--lr", min=1e-9, help="The highest learning rate.")]
WeightDecay = Annotated[float, typer.Option(min=0, help="How much weights shrink.")]
Optimiser = Annotated[settings.Optimiser, typer.Option(help="How steps are made of gradients.")]
WarmUp = Annotated[int, typer.Option(min=0, help="Steps in which the learning rate rises.")]
Ema = Annotated[
    float,
    typer.Option(
        min=0, max=0.99999, help="Decay of the average of the weights that is kept; 0: none."
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed, the same training.")]
EvaluateEvery = Annotated[
    int, typer.Option(min=0, help="Steps between evaluations; 0: at the end only.")
]
Devices = Annotated[int, typer.Option(min=1, help="Graphics cards to use.")]
TrainingPrecision = Annotated[
    settings.TrainingPrecision,
    typer.Option("--precision", help="auto: bf16 where the machine computes in it."),
]
