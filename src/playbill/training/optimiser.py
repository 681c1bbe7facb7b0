"""Steps downhill: which weights decay, and how the learning rate goes."""

import math
from types import MappingProxyType

from torch import nn, optim

from playbill.training.settings import LoopSettings

OPTIMISERS = MappingProxyType({"adam": optim.Adam, "adamw": optim.AdamW})
SGD_MOMENTUM = 0.9


def make_optimiser(module: nn.Module, settings: LoopSettings) -> optim.Optimizer:
    """Weights of matrices and kernels decay; biases, norms and single numbers do not."""
    learned = [weights for weights in module.parameters() if weights.requires_grad]
    groups = [
        {"params": [w for w in learned if w.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [w for w in learned if w.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if settings.optimiser == "sgd":
        return optim.SGD(groups, lr=settings.learning_rate, momentum=SGD_MOMENTUM)
    made: optim.Optimizer = OPTIMISERS[settings.optimiser](groups, lr=settings.learning_rate)
    return made


def learning_rate(step: int, settings: LoopSettings) -> float:
    """Of step `step`, counted from 0.

    >>> learning_rate(500, LoopSettings(steps=1000, learning_rate=0.1, schedule="cosine"))
    0.05
    """
    rising = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    if settings.schedule == "constant":
        return settings.learning_rate * rising
    return settings.learning_rate * rising * (1 + math.cos(math.pi * step / settings.steps)) / 2
