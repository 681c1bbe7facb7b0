"""`playbill evaluate strangers`: what a card says of people whom nobody knows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import complain, counted, out
from playbill.cli.measured_card import require_same, write_card
from playbill.cli.options import Models, model_names
from playbill.evaluation.faces.embedding import embed_people
from playbill.evaluation.faces.network_scores import MeasuredScores, measure_scores
from playbill.evaluation.faces.pictures import find_pictures, names_on
from playbill.evaluation.opening import open_face_networks
from playbill.media.files import sha256_of
from playbill.models.cards import CohortFile, ModelCard, ModelFile, read_card
from playbill.models.cohort_file import COHORT_SUFFIX, write_cohort
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.fitting import STRANGER_RATE


def strangers(
    folder: Annotated[
        Path, typer.Argument(readable=False, help="A folder with a folder of pictures per person.")
    ],
    models: Models = "",
    people: Annotated[
        Path | None,
        typer.Option(
            readable=False,
            help="A list of the people of whom the network has learned nothing, one a line: they "
            "are measured, all others make the cohort. Without it a half of the people are "
            "measured.",
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            readable=False, help="Write what was found into this card, and the cohort beside it."
        ),
    ] = None,
) -> None:
    """Measure what strangers and known people score under a face network.

    Thresholds for "unknown" rest on it, and the cohort beside which all scores are read.

    $ playbill evaluate strangers portraits/ --models my-face --card my-face.card.toml
    """
    known = read_card(card) if card else None
    opened = open_face_networks(AnalysisSettings(models=model_names(models)))
    embedder = opened.networks[0].embedder
    if card and known:
        require_same(card, known, embedder.use)
    pictures = find_pictures(folder)
    names = names_on(people, pictures) if people else None
    embedded = embed_people(pictures, opened.detector, [embedder])
    for error in embedded.refused:
        complain(error)
    found = measure_scores(embedded.people[0], folder.resolve().name, unlearned=names)
    for sentence in _told(found):
        out().print(sentence, soft_wrap=True)
    if card and known:
        _write(card, known, found)


def _told(found: MeasuredScores) -> Iterator[str]:
    if found.cohort is None:
        yield "no cohort: too few people to make one; scores are plain cosines"
    else:
        yield (
            f"a cohort of {len(found.cohort.directions)} directions, of {found.cohort_faces} "
            f"pictures of {found.cohort_people} people"
        )
    for share, score in found.strangers.quantiles:
        yield f"{share:.3%} of pairs with a stranger score below {score}"
    if found.strangers.best:
        for rivals in found.strangers.best.numbers:
            score = found.strangers.best.score(1 - STRANGER_RATE, rivals)
            yield f"{STRANGER_RATE:.0%} of strangers score {score:.3f} with one of {rivals} people"
    if found.known:
        table = found.known.table
        for pictures in table.numbers:
            yield (
                f"half of known faces score {table.score(0.5, pictures):.3f} with their person "
                f"of {counted(pictures, 'picture')}, 1 in 100 less than "
                f"{table.score(0.01, pictures):.3f}"
            )


def _write(path: Path, card: ModelCard, found: MeasuredScores) -> None:
    """Write the cohort, then the card that vouches for it."""
    cohort = None
    if found.cohort is not None:
        name = f"{card.name}{COHORT_SUFFIX}"
        write_cohort(path.with_name(name), found.cohort)
        digest = sha256_of(path.with_name(name))
        cohort = CohortFile(
            ModelFile(name, digest), found.cohort_faces, found.cohort_people, found.made_of
        )
    written = replace(card, strangers=found.strangers, known=found.known, cohort=cohort)
    write_card(path, written)
