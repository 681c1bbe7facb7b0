"""Options that several commands share, written once."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.models import options
from playbill.pipeline.settings import AnalysisSettings

GalleryFile = Annotated[
    Path | None,
    typer.Option(
        "--gallery", "-g", readable=False, help="Who is known: a gallery of `playbill enrol`."
    ),
]
Every = Annotated[int, typer.Option(min=1, help="Analyse every N-th frame of a video.")]
MinScore = Annotated[
    float | None,
    typer.Option(
        min=0.01, max=1, help="Leave out objects with a lower score than this, not the network's."
    ),
]
MinFace = Annotated[
    int | None,
    typer.Option(
        min=12, help="Leave out faces of a shorter side, in pixels, than this, not the detector's."
    ),
]
MaxSide = Annotated[
    int | None,
    typer.Option(
        min=64,
        help="Look for faces in pictures of at most this side, not the detector's; more finds "
        "smaller ones, slowly.",
    ),
]
MinFaceScore = Annotated[
    float | None,
    typer.Option(
        min=0.01, max=0.99, help="Leave out faces with a lower score than this, not the detector's."
    ),
]
Models = Annotated[
    str,
    typer.Option(help="Networks to use instead of the default of their task: NAME,NAME."),
]
Without = Annotated[
    Path | None,
    typer.Option(
        readable=False,
        help="A list of pictures to leave out, one a line, as PERSON/PICTURE.jpg.",
    ),
]
Strangers = Annotated[
    float | None,
    typer.Option(min=0.0001, max=0.5, help="At most this share of strangers gets a name."),
]
Precision = Annotated[
    options.Precision, typer.Option(help="auto: bf16 where the processor has it, else float32.")
]
Device = Annotated[options.Device, typer.Option(help="Where networks run.")]
Threads = Annotated[int, typer.Option(min=0, help="Threads to use; 0: as many as cores.")]

DEFAULTS = AnalysisSettings()


def model_names(text: str) -> tuple[str, ...]:
    """`NAME,NAME` -> names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
