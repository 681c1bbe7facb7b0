"""How a recogniser is trained."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.fitting import STRANGER_RATE

MethodWish = Literal["auto", "centroid", "nearest", "svm"]
MAX_IMAGES = 450
"""Pictures of a person: the most that the paper's classifier had."""


@dataclass(frozen=True, slots=True)
class RecogniserSettings:
    """What is learned from, what is held out, what answers."""

    method: MethodWish = "auto"
    """`auto`: what names most pictures rightly in a comparison on what is learned from."""
    max_images: int = MAX_IMAGES
    """Of a person; more are left out, drawn by chance."""
    held_out: float = 0.2
    """Share of each person's pictures that figures are measured on; 0: none."""
    held_out_people: float = 0.1
    """Share of the people who are the strangers of the measurement; 0: none."""
    stranger_rate: float = STRANGER_RATE
    """At most this share of strangers is to be named."""
    central_face: bool = False
    """Of several faces in a picture the large one near the middle counts; else it is refused."""
    keep_held_out: bool = False
    """What was held out stays out of the gallery that is written."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.max_images < 1:
            raise ValueError(f"max_images must be at least 1, got {self.max_images}")
        for name in ("held_out", "held_out_people"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, got {getattr(self, name)}")
        if not 0 < self.stranger_rate < 1:
            raise ValueError(f"stranger_rate must lie between 0 and 1, got {self.stranger_rate}")

    def bearing(self) -> dict[str, float | int | str]:
        """All of them, by their names in records."""
        return {name.replace("_", " "): value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class RecogniserTraining:
    """What to train on, and how."""

    dataset: Path
    """A folder of pictures per person."""
    settings: RecogniserSettings = RecogniserSettings()
    looking: AnalysisSettings = field(default_factory=AnalysisSettings)
    """How faces are looked for; what is not about faces has no bearing."""
    without: Path | None = None
    """A list of pictures to leave out (`datasets.left_out`)."""
    people: Path | None = None
    """A list of the people to keep, a name a line."""
    split: Path | None = None
    """A split of `playbill dataset split` that says what is held out, not the shares."""
