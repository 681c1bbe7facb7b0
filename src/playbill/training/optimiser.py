"""Steps downhill: which weights decay, and how the learning rate goes."""

import math
from collections.abc import Sequence
from types import MappingProxyType

from torch import nn, optim

from playbill.training.muon import Muon
from playbill.training.settings import LoopSettings

OPTIMISERS = MappingProxyType({"adam": optim.Adam, "adamw": optim.AdamW, "muon": optim.AdamW})
SGD_MOMENTUM = 0.9
MUON_SCALE = 10.0
"""Times the learning rate: Muon's steps have a length of their own."""
FEWEST_INPUTS = 16
"""A kernel of fewer input channels, as the first one, is no matrix worth turning."""


def make_optimisers(module: nn.Module, settings: LoopSettings) -> list[optim.Optimizer]:
    """Weights of matrices and kernels decay; biases, norms and single numbers do not.

    A group's `scale` is what the learning rate of each step is multiplied with.
    """
    learned = [weights for weights in module.parameters() if weights.requires_grad]
    kernels = [weights for weights in learned if _is_kernel(weights)]
    if settings.optimiser != "muon" or not kernels:
        return [_simple(learned, settings)]
    turned = Muon(kernels, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    turned.param_groups[0]["scale"] = MUON_SCALE
    chosen = {id(weights) for weights in kernels}
    rest = [weights for weights in learned if id(weights) not in chosen]
    return [turned, *([_simple(rest, settings)] if rest else [])]


def _is_kernel(weights: nn.Parameter) -> bool:
    return weights.ndim == 4 and weights.shape[1] >= FEWEST_INPUTS


def _simple(learned: Sequence[nn.Parameter], settings: LoopSettings) -> optim.Optimizer:
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
