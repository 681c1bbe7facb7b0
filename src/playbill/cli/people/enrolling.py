"""`playbill people enrol` and `match`: the archive learns its cast, and looks for it everywhere."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from playbill.archive.archive import Archive
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened, who
from playbill.cli.console import EXIT_BAD_INPUT, complain, counted, err, out
from playbill.cli.options import DEFAULTS, MinFace, MinFaceScore, Models, Precision, model_names
from playbill.datasets.people import find_people
from playbill.library.enrolling import enrol_people
from playbill.library.gallery import current_gallery
from playbill.library.matching import match_again
from playbill.pipeline.opening import Describer, open_describer
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.recogniser import open_recogniser


def enrol(
    portraits: Annotated[
        Path,
        typer.Argument(
            readable=False, help="A folder with a folder of pictures per person, or one picture."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Whom all these pictures show, whatever they are called.")
    ] = None,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Learn people from pictures, and name them in all media analysed so far.

    $ playbill people enrol portraits/
    """
    settings = AnalysisSettings(
        min_face_px=min_face,
        min_face_score=min_face_score,
        models=model_names(models),
        precision=precision,
    )
    pictures = list(find_people(portraits, name))
    describer = open_describer(settings)
    with opened(archive) as there:
        with _bar("pictures") as bar:
            task = bar.add_task("", total=len(pictures))
            taught = enrol_people(
                there, describer, pictures, who=who(), hook=lambda _: bar.advance(task)
            )
        for error in taught.refused:
            complain(error)
        out().print(f"{counted(taught.added, 'picture')} learned, {taught.known} known already")
        if taught.added:
            _match(there, describer)
    if taught.refused:
        raise typer.Exit(EXIT_BAD_INPUT)


def match(models: Models = "", archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Ask today's gallery about every face seen so far; what people decided stays.

    $ playbill people match
    """
    describer = open_describer(AnalysisSettings(models=model_names(models)))
    with opened(archive) as there:
        _match(there, describer)


def _match(archive: Archive, describer: Describer) -> None:
    stored = current_gallery(archive, describer.embedder.space, describer.scores)
    if stored is None:
        out().print("nobody is known by face yet: playbill people enrol PORTRAITS")
        return
    with _bar("analyses") as bar:
        task = bar.add_task("", total=None)
        changed = match_again(
            archive, open_recogniser(stored), lambda done: bar.update(task, completed=done)
        )
    known = counted(len(stored.fitted.gallery.people), "person", "people")
    renamed = counted(changed, "track")
    out().print(f"known by face: {known}; of another name now: {renamed}")


def _bar(what: str) -> Progress:
    columns = (what, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err(), disable=not err().is_terminal)
