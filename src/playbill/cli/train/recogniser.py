"""`playbill train recogniser`: a measured gallery from pictures of people."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from playbill.cli.console import out, warn
from playbill.cli.options import (
    DEFAULTS,
    Device,
    MaxSide,
    MinFace,
    MinFaceScore,
    Models,
    Precision,
    Strangers,
    Threads,
    Without,
    model_names,
)
from playbill.cli.train import options
from playbill.cli.train.progress import picture_bar
from playbill.cli.train.recogniser_summary import method_table, sentence
from playbill.pipeline.opening import open_describer
from playbill.pipeline.settings import AnalysisSettings
from playbill.rendering.evaluation.recogniser import write_recogniser_page
from playbill.training.recogniser.run import train_recogniser
from playbill.training.recogniser.settings import (
    MethodWish,
    RecogniserSettings,
    RecogniserTraining,
)

PAGE = "report.html"
SHOWN = 10
"""Refused pictures and doubtful names on the screen; the page has more."""
_DEFAULTS = RecogniserSettings()


def recogniser(
    dataset: Annotated[
        Path,
        typer.Argument(readable=False, help="A folder with a folder of pictures for each person."),
    ],
    folder: options.RunFolder = Path("recogniser"),
    method: Annotated[
        MethodWish, typer.Option(help="What answers; auto: the best, by pictures held in turn.")
    ] = _DEFAULTS.method,
    max_images: Annotated[
        int, typer.Option(min=1, help="Pictures of a person; more are left out, by lot.")
    ] = _DEFAULTS.max_images,
    held_out: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of each person's pictures to measure on.")
    ] = _DEFAULTS.held_out,
    held_out_people: Annotated[
        float,
        typer.Option(min=0, max=0.9, help="Share of the people who are strangers to measure on."),
    ] = _DEFAULTS.held_out_people,
    split: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="What to measure on: a split of `playbill dataset split`, not the shares above.",
        ),
    ] = None,
    central_face: Annotated[
        bool,
        typer.Option(
            "--central-face",
            help="Of several faces take the large one near the middle, instead of refusing them.",
        ),
    ] = False,
    keep_held_out: Annotated[
        bool,
        typer.Option(
            "--keep-held-out", help="Leave what was held out out of the gallery that is written."
        ),
    ] = False,
    strangers: Strangers = None,
    without: Without = None,
    people: Annotated[
        Path | None,
        typer.Option(readable=False, help="Keep only the people on this list, one a line."),
    ] = None,
    seed: options.Seed = 0,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
) -> None:
    """Learn people from pictures, and measure how well on pictures held out.

    $ playbill train recogniser portraits/ --out cast
    """
    looking = AnalysisSettings(
        min_face_px=min_face,
        min_face_score=min_face_score,
        max_side_px=max_side,
        models=model_names(models),
        precision=precision,
        device=device,
        threads=threads,
    )
    settings = RecogniserSettings(
        method=method,
        max_images=max_images,
        held_out=held_out,
        held_out_people=held_out_people,
        stranger_rate=strangers or _DEFAULTS.stranger_rate,
        central_face=central_face,
        keep_held_out=keep_held_out,
        seed=seed,
    )
    training = RecogniserTraining(dataset, settings, looking, without, people, split)
    with picture_bar("pictures") as show:
        trained = train_recogniser(training, open_describer(looking), folder, show)
    evaluation = trained.evaluation
    write_recogniser_page(evaluation, dataset, folder / PAGE)
    _warn([*evaluation.data.refused], folder / PAGE)
    _warn([sentence(doubt) for doubt in evaluation.doubtful_names], folder / PAGE)
    out().print(method_table(evaluation))
    out().print(
        f"{escape(str(trained.path))}: {evaluation.gallery.people} people, "
        f"{evaluation.gallery_pictures} pictures; report: {escape(str(folder / PAGE))}",
        soft_wrap=True,
    )
    gallery = escape(shlex.quote(str(trained.path)))
    out().print(f"to use it: playbill analyze MEDIA --gallery {gallery}", soft_wrap=True)


def _warn(sentences: list[str], page: Path) -> None:
    for each in sentences[:SHOWN]:
        warn(each)
    if len(sentences) > SHOWN:
        warn(f"{len(sentences) - SHOWN} more such: see {page}")
