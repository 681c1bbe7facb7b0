"""The record of one evaluation: with what, on what, when."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from playbill.core.run import ModelUse
from playbill.models.cards import ModelCard
from playbill.models.store import ModelStore

PACKAGES = ("playbill", "numpy", "faster-coco-eval")


@dataclass(frozen=True, slots=True)
class EvaluationRun:
    """One evaluation."""

    started: datetime
    """With a time zone."""
    seconds: float
    """Wall time."""
    versions: Mapping[str, str]
    """Of the packages that figures may hang on; the runtime's stands with each network."""
    models: tuple[ModelUse, ...]
    """Every network as it really ran."""
    settings: Mapping[str, float | int | str]
    """Every setting that bears on the result."""


@dataclass(frozen=True, slots=True)
class Start:
    """When an evaluation began, by the calendar and by the stop-watch."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock_s: float = field(default_factory=time.perf_counter)

    def record(
        self, models: Sequence[ModelUse], settings: Mapping[str, float | int | str]
    ) -> EvaluationRun:
        """The record of an evaluation that ends now."""
        return EvaluationRun(
            started=self.moment,
            seconds=time.perf_counter() - self.clock_s,
            versions={name: version(name) for name in PACKAGES},
            models=tuple(models),
            settings=settings,
        )


def megabytes(card: ModelCard, store: ModelStore) -> float:
    """What the files of a network take on the disk, in units of 1,000,000 bytes."""
    return sum(path.stat().st_size for path in store.files(card)) / 1e6
