"""The networks that a server keeps open, and what strangers score under them."""

from dataclasses import dataclass

from playbill.models.cards import ModelCard
from playbill.models.catalogue import choose
from playbill.models.store import ModelStore
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings


@dataclass(frozen=True, slots=True)
class Opened:
    """Open networks."""

    analyzer: Analyzer
    """It describes faces, and names nobody yet."""
    card: ModelCard | None
    """Of the network that describes faces; None: strangers were never measured under it."""


def open_networks(settings: AnalysisSettings) -> Opened:
    """Open the networks that `settings` name.

    Raises:
        ModelError: one cannot be used.
    """
    store = ModelStore.default()
    card = store.card(choose(settings.models, store).face_embedder)
    return Opened(open_analyzer(settings, store=store, describe=True), card)
