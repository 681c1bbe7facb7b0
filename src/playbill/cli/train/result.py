"""What trainings print at their end."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from rich.markup import escape

from playbill.cli.console import out


class Model(Protocol):
    """`training.model_files.TrainedModel`, whose package cannot be imported without torch."""

    @property
    def paths(self) -> tuple[Path, ...]: ...  # noqa: D102
    @property
    def difference(self) -> float: ...  # noqa: D102


def print_model(model: Model, measures: Mapping[str, float]) -> None:
    """Where the network is, how good, and how to use it."""
    for name, value in measures.items():
        out().print(f"{escape(name)}: {value:.4f}")
    path = model.paths[0]
    size = sum(part.stat().st_size for part in model.paths) / 1e6
    out().print(
        f"{escape(str(path))}: {size:.1f} MB, differs from torch by at most {model.difference:.1e}",
        soft_wrap=True,
    )
    out().print(
        f"to use it: playbill models add {escape(' '.join(map(str, model.paths)))}", soft_wrap=True
    )
