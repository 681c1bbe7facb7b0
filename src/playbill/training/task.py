"""What a training is of: the loop asks it for batches, a loss, and how good it is by now."""

from typing import Protocol

from torch import Tensor, nn


class Task(Protocol):
    """What one training does in one step.

    Everything random is a pure function of the seed and the step, so that a training that was
    killed goes on with the same curve.
    """

    @property
    def module(self) -> nn.Module:
        """All that is optimised, heads and losses with weights included."""
        ...

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """What step `step`, counted from 0, learns from; tensors on the processor."""
        ...

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch, and the parts of it that are worth a curve of their own."""
        ...

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """Measures on data kept apart, by name; `module` comes in evaluation mode."""
        ...
