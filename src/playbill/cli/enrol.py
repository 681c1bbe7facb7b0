"""`playbill enrol`: from pictures of people to a gallery."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from playbill.cli.console import EXIT_BAD_INPUT, complain, counted, err, out, warn
from playbill.cli.options import (
    DEFAULTS,
    Device,
    MaxSide,
    MinFace,
    MinFaceScore,
    Models,
    Precision,
    Strangers,
    Threads,
    Without,
    model_names,
)
from playbill.datasets.left_out import LeftOut, read_left_out
from playbill.datasets.people import PersonPicture, find_people, place_of
from playbill.errors import PlaybillError
from playbill.pipeline.enrol import Enrolled, describe_portraits
from playbill.pipeline.galleries import grow_gallery
from playbill.pipeline.opening import Describer, open_describer
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.audit import Doubt, audit
from playbill.recognition.expectation import expect
from playbill.recognition.fitting import FittedGallery
from playbill.recognition.gallery_file import write_gallery


def enrol(
    sources: Annotated[
        list[Path],
        typer.Argument(
            readable=False, help="Folders with a folder of pictures per person, or single pictures."
        ),
    ],
    gallery: Annotated[
        Path, typer.Option("--out", "-o", help="The gallery; one that is there is added to.")
    ] = Path("gallery.npz"),
    name: Annotated[
        str | None, typer.Option(help="Whom all these pictures show, whatever they are called.")
    ] = None,
    without: Without = None,
    strangers: Strangers = None,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
) -> None:
    """Learn people from pictures: a folder per person, or a picture per person.

    $ playbill enrol portraits/ --out cast.npz
    """
    settings = AnalysisSettings(
        min_face_px=min_face,
        min_face_score=min_face_score,
        max_side_px=max_side,
        models=model_names(models),
        precision=precision,
        device=device,
        threads=threads,
    )
    portraits, refused = _find(sources, name, without)
    describer = open_describer(settings)
    enrolled = _describe(portraits, describer)
    refused += enrolled.refused
    for error in refused:
        complain(error)
    if enrolled.enrolments:
        space = describer.embedder.space
        fitted = grow_gallery(gallery, enrolled, describer.scores, space, strangers)
        write_gallery(gallery, fitted)
        out().print(_summary(gallery, fitted), soft_wrap=True)
        for sentence in _expected(fitted, enrolled):
            out().print(sentence, soft_wrap=True)
        for doubt in audit(fitted.gallery, fitted.doubtful_from(), fitted.scores.cohort):
            warn(_sentence(doubt, enrolled))
    if refused:
        raise typer.Exit(EXIT_BAD_INPUT)


def _find(
    sources: Sequence[Path], name: str | None, without: Path | None
) -> tuple[list[PersonPicture], list[PlaybillError]]:
    left_out = LeftOut.of([]) if without is None else read_left_out(without)
    portraits: list[PersonPicture] = []
    refused: list[PlaybillError] = []
    places: list[str] = []
    for source in sources:
        try:
            places += [place_of(picture.path, source) for picture in find_people(source)]
            portraits += find_people(source, name, without=left_out)
        except PlaybillError as error:
            refused.append(error)
    for place in left_out.missing(places):
        warn(f"{without}: {place} is to be left out, and is not there")
    return portraits, refused


def _describe(portraits: Sequence[PersonPicture], describer: Describer) -> Enrolled:
    columns = ("pictures", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal) as bar:
        task = bar.add_task("", total=len(portraits))
        return describe_portraits(
            portraits, describer.detector, describer.embedder, lambda _: bar.advance(task)
        )


def _summary(path: Path, fitted: FittedGallery) -> str:
    """What the gallery can, and what its threshold rests on."""
    calibration, people = fitted.calibration(), len(fitted.gallery.people)
    rests_on = []
    if fitted.scores.strangers is not None:
        rests_on.append("what the network's card says of strangers")
    if calibration.stranger_people:
        rests_on.append(
            f"{calibration.strangers} pictures of {calibration.stranger_people} people held out, "
            f"of whom {calibration.measured_rate:.1%} got a wrong name"
        )
    return (
        f"{escape(str(path))}: {counted(people, 'person', 'people')}, "
        f"{counted(len(fitted.gallery), 'picture')}; answers by "
        f"{fitted.choice.method}; names from a score of {calibration.threshold:.3f} on, so that at "
        f"most {calibration.stranger_rate:.1%} of strangers get one ({', and '.join(rests_on)})"
    )


def _expected(fitted: FittedGallery, enrolled: Enrolled) -> Iterator[str]:
    """What the gallery is likely to do, and what would help."""
    found = expect(fitted)
    if found is None:
        return
    rate = fitted.calibration().stranger_rate
    yield (
        f"to expect of faces like those the network was measured on: {found.named:.0%} of known "
        f"ones get their name, {rate:.1%} of strangers get one"
    )
    for one in found.needs:
        yield (
            f"{escape(one.person.name)}: {one.named:.0%} with "
            f"{counted(one.pictures, 'picture')}, {one.named_with_more:.0%} with "
            f"{2 * one.pictures}"
        )
    for odd in found.odd:
        path = enrolled.paths.get(odd.source, odd.source[:12])
        yield (
            f"{escape(str(path))}: looks little like the other pictures of "
            f"{escape(odd.person.name)} (score {odd.score:.2f}), which draws strangers to them: "
            "better left out"
        )


def _sentence(doubt: Doubt, enrolled: Enrolled) -> str:
    path = enrolled.paths.get(doubt.source, doubt.source[:12])
    return (
        f"{path}: enrolled as {doubt.person.name}, looks like {doubt.other.name} "
        f"(score {doubt.other_score:.2f}): a wrong name?"
    )
