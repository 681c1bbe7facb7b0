"""A training small enough for tests: a line through points."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

SLOPE, OFFSET = 3.0, -1.0


class Line(nn.Module):
    """y = slope * x + offset, with chance in it as dropout has."""

    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)
        nn.init.zeros_(self.line.weight)
        nn.init.zeros_(self.line.bias)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.line(self.dropout(x))
        return y


@dataclass
class LineTask:
    """A `Task` whose answer is known: `SLOPE` and `OFFSET`."""

    broken_at: int = -1
    """The step whose batch holds no numbers."""
    module: nn.Module = field(default_factory=Line)

    def batch(self, step: int) -> tuple[Tensor, ...]:
        x = torch.randn(16, 1, generator=torch.Generator().manual_seed(step))
        y = SLOPE * x + OFFSET
        return x, y * float("nan") if step == self.broken_at else y

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        x, y = batch
        error = (module(x) - y).square().mean()
        return error, {"halved": error / 2}

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        line = module.get_submodule("line")
        return {"slope": float(line.weight.item())}  # type: ignore[operator]
