"""Write what was measured of a network into its card."""

from pathlib import Path

from playbill.core.atomic import atomic_path
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.models.cards import CARD_SUFFIX, ModelCard, card_text, joint_sha256


def require_same(path: Path, card: ModelCard, used: ModelUse) -> None:
    """Refuse a card of another network, by name or by digest: its thresholds would be wrong.

    Raises:
        ModelError: it is.
    """
    if path.name != f"{used.name}{CARD_SUFFIX}":
        raise ModelError(f"{path}: the card is of {card.name}, measured was {used.name}")
    digest = joint_sha256(card.files)
    if used.sha256 != digest:
        raise ModelError(
            f"{path}: the card is of {used.name} with sha256 {digest[:12]}..., measured would be "
            f"the one that is found first by this name, with {used.sha256[:12]}..."
        )


def write_card(path: Path, card: ModelCard) -> None:
    """Put `card` in the place of the one that is there."""
    with atomic_path(path) as part:
        part.write_text(card_text(card), "utf-8")
