"""The record of one analysis: what was done, with what, by what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A network as it really ran."""

    task: str
    """`face-detection`, `face-embedding` or `object-detection`."""
    name: str
    sha256: str
    runtime: str
    """For example `openvino 2026.4.1`."""
    device: str
    """For example `CPU`."""
    precision: str
    """`float32`, `bf16` or `fp16`: embeddings differ a little between them."""


@dataclass(frozen=True, slots=True)
class GalleryUse:
    """A gallery as it answered."""

    name: str
    sha256: str
    people: int
    method: str
    """`centroid`, `nearest` or `svm`: what answered, chosen on a held part of the gallery."""
    threshold: float
    """The raw score from which on a name is given."""
    stranger_rate: float
    """At most this share of strangers is to get a name."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the medium the statements rest on: expected = analysed + corrupt."""

    expected: int
    """Frames that were to be analysed."""
    analysed: int
    corrupt: int
    """Frames that were to be analysed and could not be decoded without damage."""

    def __post_init__(self) -> None:
        if min(self.analysed, self.corrupt) < 0 or self.analysed + self.corrupt != self.expected:
            raise ValueError(
                f"expected frames must be analysed + corrupt, got {self.expected} and "
                f"{self.analysed} + {self.corrupt}"
            )


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One analysis of one medium."""

    id: str
    version: str
    """Playbill's own."""
    started: datetime | None
    """With a time zone; None where a document of another writer leaves it out."""
    seconds: float | None
    """Wall time."""
    sample_every: int
    """Every N-th frame was analysed."""
    decoder: str
    models: tuple[ModelUse, ...]
    gallery: GalleryUse | None
    settings: Mapping[str, float | int | str]
    """Every setting that bears on the result."""
    frames: Coverage
