"""`playbill evaluate strangers`: what a card says of people whom nobody knows."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import complain, out
from playbill.cli.options import Models, model_names
from playbill.core.atomic import atomic_path
from playbill.errors import ModelError
from playbill.evaluation.faces.embedding import embed_people
from playbill.evaluation.faces.pictures import find_pictures
from playbill.evaluation.faces.stranger_table import measure_strangers
from playbill.evaluation.opening import open_face_networks
from playbill.models.cards import CARD_SUFFIX, card_text, read_card
from playbill.pipeline.settings import AnalysisSettings


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
    name = embedder.use.name
    if card and known and card.name != f"{name}{CARD_SUFFIX}":
        raise ModelError(f"{card}: the card is of {known.name}, measured was {name}")
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
