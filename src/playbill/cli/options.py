"""Options that several commands share, written once."""

from pathlib import Path
from typing import Annotated

import typer

from playbill.pipeline.settings import AnalysisSettings

GalleryFile = Annotated[
    Path | None,
    typer.Option("--gallery", "-g", help="Who is known: a gallery of `playbill enrol`."),
]
Every = Annotated[int, typer.Option(min=1, help="Analyse every N-th frame of a video.")]
MinScore = Annotated[
    float, typer.Option(min=0.01, max=1, help="Leave out objects with a lower score.")
]
MinFace = Annotated[int, typer.Option(min=12, help="Leave out faces of a shorter side, in pixels.")]
Models = Annotated[
    str,
    typer.Option(help="Networks to use instead of the default of their task: NAME,NAME."),
]
Precision = Annotated[str, typer.Option(help="auto, bf16 or float32.")]
Device = Annotated[str, typer.Option(help="cpu, cuda or tensorrt.")]
Threads = Annotated[int, typer.Option(min=0, help="Threads to use; 0: as many as cores.")]

DEFAULTS = AnalysisSettings()


def model_names(text: str) -> tuple[str, ...]:
    """`NAME,NAME` -> names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
