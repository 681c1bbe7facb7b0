"""`playbill evaluate thresholds`: from which scores on a network's objects are believed."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from playbill.cli.console import EXIT_BAD_INPUT, complain, out
from playbill.cli.measured_card import require_same, write_card
from playbill.cli.options import Models, model_names
from playbill.datasets.opening import open_objects
from playbill.errors import ModelError
from playbill.evaluation.objects.detecting import detect_objects
from playbill.evaluation.objects.matching import match
from playbill.evaluation.objects.thresholds import fit_thresholds, measure_shown
from playbill.evaluation.opening import open_object_networks
from playbill.models.cards import read_card
from playbill.models.thresholds import Thresholds
from playbill.pipeline.settings import AnalysisSettings


def thresholds(
    dataset: Annotated[
        Path, typer.Argument(readable=False, help="Labelled pictures: COCO, VOC, YOLO or CVAT.")
    ],
    models: Models = "",
    right: Annotated[
        float, typer.Option(min=0.05, max=0.99, help="This share of the boxes shown is right.")
    ] = 0.8,
    form: Annotated[
        str | None, typer.Option("--format", help="coco, voc, yolo or cvat; guessed, if none.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(readable=False, help="The folder of the pictures, if elsewhere.")
    ] = None,
    card: Annotated[
        Path | None, typer.Option(readable=False, help="Write what was found into this card.")
    ] = None,
) -> None:
    """Find the scores from which on so many of an object network's boxes are right.

    Each class gets its own score; one with few examples gets nearly that of all.

    $ playbill evaluate thresholds coco/instances_train.json --models my-net --card my-net.card.toml
    """
    known = read_card(card) if card else None
    networks = open_object_networks(AnalysisSettings(models=model_names(models)))
    if len(networks) > 1:
        raise ModelError("--models: thresholds are of one network, name only one")
    network = networks[0]
    if card and known:
        require_same(card, known, network.detector.use)
    data = open_objects(dataset, format=form, pictures=pictures, outlines=False)
    all_found = detect_objects(data, data.labels, [network.detector])
    [found] = all_found.networks
    pairs = zip(found.pictures, found.found, strict=True)
    matched = [match(picture, seen, found.known) for picture, seen in pairs]
    measured_on = f"{len(found.pictures)} pictures of {data.name}; {network.detector.use.precision}"
    table = fit_thresholds(found, matched, precision=right, measured_on=measured_on)
    shown = measure_shown(found, matched, table.limits(found.labels))
    _tell(table)
    out().print(
        f"precision {shown.precision or 0:.3f}, recall {shown.recall:.3f} on these pictures"
    )
    if card and known:
        write_card(card, replace(known, thresholds=table))
    for error in all_found.refused:
        complain(error)
    if all_found.refused:
        raise typer.Exit(EXIT_BAD_INPUT)


def _tell(table: Thresholds) -> None:
    out().print("class: shown from, sure from, objects")
    for one in table.classes:
        out().print(f"{one.label}: {one.shown}, {one.sure}, {one.n}")
    out().print(f"any other: {table.shown}, {table.sure}, 0")
