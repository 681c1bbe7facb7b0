"""A moving average of the weights, which is better than any of them (Polyak and Juditsky, 1992)."""

import copy

import torch
from torch import nn


class Average:
    """Follows a module; early on it forgets faster, so that the random start does not linger."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        """Start at what `module` is now; `decay` is of one step, 0 to below 1."""
        self.module = copy.deepcopy(module).eval().requires_grad_(requires_grad=False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, module: nn.Module, step: int) -> None:
        """Take in the weights after step `step`; running figures of norms are taken as they are."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for mine, new in zip(self.module.parameters(), module.parameters(), strict=True):
            mine.lerp_(new, 1 - decay)
        for kept, now in zip(self.module.buffers(), module.buffers(), strict=True):
            kept.copy_(now)
