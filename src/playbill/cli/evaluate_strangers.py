"""`playbill evaluate strangers`: what a card says of people whom nobody knows."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import complain, out
from playbill.cli.options import Models, model_names
from playbill.core.atomic import atomic_path
from playbill.core.run import ModelUse
from playbill.errors import ModelError
from playbill.evaluation.faces.embedding import embed_people
from playbill.evaluation.faces.pictures import find_pictures
from playbill.evaluation.faces.stranger_table import measure_strangers
from playbill.evaluation.opening import open_face_networks
from playbill.models.cards import CARD_SUFFIX, ModelCard, card_text, joint_sha256, read_card
from playbill.pipeline.settings import AnalysisSettings


def _require_same(path: Path, card: ModelCard, used: ModelUse) -> None:
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


def strangers(
    folder: Annotated[
        Path, typer.Argument(readable=False, help="A folder with a folder of pictures per person.")
    ],
    models: Models = "",
    people: Annotated[
        Path | None,
        typer.Option(readable=False, help="Keep only the people on this list, one a line."),
    ] = None,
    card: Annotated[
        Path | None, typer.Option(readable=False, help="Write what was found into this card.")
    ] = None,
) -> None:
    """Measure what strangers score under a face network; thresholds for "unknown" rest on it.

    Use people of whom the network has learned nothing.

    $ playbill evaluate strangers portraits/ --models my-face --card my-face.card.toml
    """
    known = read_card(card) if card else None
    opened = open_face_networks(AnalysisSettings(models=model_names(models)))
    embedder = opened.networks[0].embedder
    if card and known:
        _require_same(card, known, embedder.use)
    pictures = find_pictures(folder, people=people)
    embedded = embed_people(pictures, opened.detector, [embedder])
    for error in embedded.refused:
        complain(error)
    found = measure_strangers(embedded.people[0], folder.resolve().name)
    for share, cosine in found.quantiles:
        out().print(f"{share:.3%} of pairs with a stranger score below {cosine}")
    if card and known:
        with atomic_path(card) as part:
            part.write_text(card_text(replace(known, strangers=found)), "utf-8")
