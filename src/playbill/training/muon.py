"""Muon (Jordan et al., 2024): momentum whose direction is made orthogonal, for kernels.

torch has it for matrices only; a kernel is taken as the matrix of its output channels. The updates
of scale and decay are those of the reference implementation.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn, optim

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration that brings all singular values near to 1."""
ITERATIONS = 5


class Muon(optim.Optimizer):
    """For weights of two dimensions and more; everything else belongs to another optimiser."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        *,
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One step; what `closure`, which may compute gradients, returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self._move(weights, weights.grad, group)
        return loss

    def _move(self, weights: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weights]
        if not state:
            state["momentum"] = torch.zeros_like(weights)
        state["momentum"].lerp_(gradient, 1 - group["momentum"])
        wanted = gradient.lerp(state["momentum"], group["momentum"])
        turned = orthogonal(wanted.reshape(len(wanted), -1))
        scale = max(1.0, turned.shape[0] / turned.shape[1]) ** 0.5
        weights.mul_(1 - group["lr"] * group["weight_decay"])
        weights.add_(turned.reshape(weights.shape), alpha=-group["lr"] * scale)


def orthogonal(matrix: Tensor) -> Tensor:
    """(n, m) of the same singular vectors, with singular values between about 0.7 and 1.2."""
    first, second, third = COEFFICIENTS
    turned = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    found = (turned / (turned.norm() + 1e-7)).bfloat16()
    for _ in range(ITERATIONS):
        square = found @ found.T
        found = first * found + (second * square + third * square @ square) @ found
    back: Tensor = found.T if matrix.shape[0] > matrix.shape[1] else found
    return back.to(matrix.dtype)
