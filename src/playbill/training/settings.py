"""How a training runs, whatever it is of."""

from dataclasses import dataclass
from typing import Literal

Optimiser = Literal["adam", "adamw", "muon", "sgd"]
Schedule = Literal["constant", "cosine"]
TrainingPrecision = Literal["auto", "float32", "bf16"]


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """The optimiser, the clock and the machine. The defaults are the paper's where it says."""

    steps: int = 1000
    learning_rate: float = 1e-3
    weight_decay: float = 5e-4
    """Of weights; biases and the figures of norms are left alone."""
    optimiser: Optimiser = "adam"
    """`adam` adds the decay to the gradient; `adamw` takes it off the weights; `muon` moves kernels
    by Muon, ten times as far, and all else by AdamW."""
    schedule: Schedule = "cosine"
    """What the learning rate does after the warm-up; `cosine` brings it to 0 at the last step."""
    warmup_steps: int = 0
    """Steps in which the learning rate rises from 0."""
    clip: float = 5.0
    """The longest gradient; 0: any."""
    ema: float = 0.0
    """Decay of the moving average of the weights that is evaluated and exported; 0: none."""
    seed: int = 0
    evaluate_every: int = 0
    """Steps; 0: at the end only."""
    log_every: int = 20
    """Steps whose mean loss is one point of the curve."""
    checkpoint_every_s: float = 120.0
    precision: TrainingPrecision = "auto"
    """`auto`: bf16 where the machine computes in it, otherwise float32."""
    devices: int = 1
    """Graphics cards, or processes where there are none, of this machine."""

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("warmup_steps", 0), ("log_every", 1), ("devices", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate must be above 0, got {self.learning_rate}")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema must be from 0 to below 1, got {self.ema}")
