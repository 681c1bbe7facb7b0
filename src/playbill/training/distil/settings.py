"""How a student learns; nothing here needs torch."""

from dataclasses import dataclass, field
from pathlib import Path

from playbill.training.distil.views import ViewSettings
from playbill.training.settings import LoopSettings


@dataclass(frozen=True, slots=True)
class DistilSettings:
    """What a batch is, and what counts."""

    batch: int = 128
    relations: float = 10.0
    """Weight of the error of the similarities within a batch, beside the error of each vector."""
    seed: int = 0


DISTIL_LOOP = LoopSettings(
    steps=5000,
    learning_rate=2e-3,
    weight_decay=0.05,
    optimiser="muon",
    warmup_steps=100,
    ema=0.999,
    evaluate_every=500,
)
"""How long and how fast a student of our own size learns from a few thousand faces."""


@dataclass(frozen=True, slots=True)
class DistilRequest:
    """What is to be made of what."""

    teacher: str
    """A face embedding network that the store knows."""
    sources: tuple[Path, ...]
    student: str = "compact"
    """A name of `networks.registry.FACE_NETWORKS`."""
    held_out: frozenset[str] = frozenset()
    """People, by the names of their folders, of whom nothing is learned; spaces, no underscores."""
    settings: DistilSettings = field(default_factory=DistilSettings)
    views: ViewSettings = field(default_factory=ViewSettings)
    loop: LoopSettings = DISTIL_LOOP
