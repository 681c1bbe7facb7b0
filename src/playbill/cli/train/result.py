"""What trainings print at their end."""

import shlex
from collections.abc import Mapping

from rich.markup import escape

from playbill.cli.console import out
from playbill.training.trained_model import TrainedModel


def print_model(model: TrainedModel, measures: Mapping[str, float]) -> None:
    """Where the network is, how good, and how to use it."""
    for name, value in measures.items():
        out().print(f"{escape(name)}: {value:.4f}")
    path = model.paths[0]
    size = sum(part.stat().st_size for part in model.paths) / 1e6
    out().print(
        f"{escape(str(path))}: {size:.1f} MB, differs from torch by at most {model.difference:.1e}",
        soft_wrap=True,
    )
    add = shlex.join(["playbill", "models", "add", str(path)])
    out().print(f"to use it: {escape(add)}", soft_wrap=True)
