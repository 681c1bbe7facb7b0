"""`playbill evaluate`: how good networks and galleries are, on pictures whose truth is known."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from playbill.cli.console import EXIT_BAD_INPUT, complain, err, out, warn
from playbill.cli.evaluation_summary import face_table, gallery_table, object_table
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
    model_names,
)
from playbill.errors import PlaybillError
from playbill.evaluation.document import write_document
from playbill.evaluation.faces.evaluate import FaceQuestion, evaluate_faces
from playbill.evaluation.gallery.evaluate import GalleryQuestion, evaluate_gallery
from playbill.evaluation.objects.evaluate import ObjectQuestion, evaluate_objects
from playbill.evaluation.opening import (
    open_face_networks,
    open_gallery_networks,
    open_object_networks,
)
from playbill.evaluation.progress import Hook
from playbill.pipeline.settings import AnalysisSettings
from playbill.rendering.evaluation.faces import write_face_page
from playbill.rendering.evaluation.gallery import write_gallery_page
from playbill.rendering.evaluation.objects import write_object_page

PeopleFolder = Annotated[
    Path, typer.Argument(readable=False, help="A folder with a folder of pictures per person.")
]
Networks = Annotated[
    str, typer.Option("--models", help="Networks to compare, or the default one: NAME,NAME.")
]
Without = Annotated[
    Path | None,
    typer.Option(
        readable=False, help="Leave out the pictures on this list, one PERSON/FILE a line."
    ),
]
People = Annotated[
    Path | None,
    typer.Option(
        readable=False,
        help="Keep only these people: a name a line; or the test part of a split.json.",
    ),
]
Json = Annotated[Path | None, typer.Option("--json", help="Write all figures here.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write one self-contained page here.")]


def faces(
    folder: PeopleFolder,
    models: Networks = "",
    pairs: Annotated[
        Path | None, typer.Option(readable=False, help="Pairs in LFW's format; drawn, if none.")
    ] = None,
    people: People = None,
    without: Without = None,
    json: Json = None,
    html: Html = None,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
) -> None:
    """Measure face networks: the same person or not, who is it, who is nobody.

    $ playbill evaluate faces portraits/ --models facenet_vggface2 --html faces.html
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
    opened = open_face_networks(settings)
    question = FaceQuestion(folder, pairs=pairs, without=without, people=people)
    with _bar() as hook:
        evaluation, refused = evaluate_faces(question, opened.detector, opened.networks, hook)
    if json:
        write_document("faces", evaluation, json)
    if html:
        write_face_page(evaluation, html)
    out().print(face_table(evaluation))
    _end(refused)


def objects(
    dataset: Annotated[
        Path, typer.Argument(readable=False, help="Labelled pictures: COCO, VOC, YOLO or CVAT.")
    ],
    models: Networks = "",
    form: Annotated[
        str | None, typer.Option("--format", help="coco, voc, yolo or cvat; guessed, if none.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(readable=False, help="The folder of the pictures, if elsewhere.")
    ] = None,
    score: Annotated[
        float | None,
        typer.Option(
            min=0.01, max=1, help="Confusions are of this score; where F1 is best, if none."
        ),
    ] = None,
    json: Json = None,
    html: Html = None,
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
) -> None:
    """Measure object networks: average precision, confusions, the best score to set.

    $ playbill evaluate objects coco/instances_val.json --models yolox_nano --html objects.html
    """
    settings = AnalysisSettings(
        models=model_names(models), precision=precision, device=device, threads=threads
    )
    networks = open_object_networks(settings)
    question = ObjectQuestion(dataset, form, pictures, score)
    with _bar() as hook:
        evaluation, refused = evaluate_objects(question, networks, hook)
    if json:
        write_document("objects", evaluation, json)
    if html:
        write_object_page(evaluation, html)
    for problem in evaluation.data.problems[:SHOWN_PROBLEMS]:
        warn(problem)
    if len(evaluation.data.problems) > SHOWN_PROBLEMS:
        warn(f"{len(evaluation.data.problems) - SHOWN_PROBLEMS} more problems of the data set")
    out().print(object_table(evaluation))
    _end(refused)


def gallery(
    gallery_file: Annotated[
        Path, typer.Argument(metavar="GALLERY", readable=False, help="Made by `playbill enrol`.")
    ],
    folder: PeopleFolder,
    strangers: Strangers = None,
    models: Models = "",
    people: People = None,
    without: Without = None,
    json: Json = None,
    html: Html = None,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
) -> None:
    """Measure a saved gallery: who is named right, wrong, or not; who is taken for whom.

    $ playbill evaluate gallery cast.npz portraits/ --html cast.html
    """
    settings = AnalysisSettings(
        min_face_px=min_face,
        min_face_score=min_face_score,
        max_side_px=max_side,
        stranger_rate=strangers,
        models=model_names(models),
        precision=precision,
        device=device,
        threads=threads,
    )
    networks = open_gallery_networks(gallery_file, settings)
    question = GalleryQuestion(folder, without=without, people=people)
    with _bar() as hook:
        evaluation, refused = evaluate_gallery(question, networks, hook)
    if json:
        write_document("gallery", evaluation, json)
    if html:
        write_gallery_page(evaluation, folder, html)
    out().print(gallery_table(evaluation))
    _end(refused)


SHOWN_PROBLEMS = 10
"""Of a data set, on the screen."""


@contextmanager
def _bar() -> Iterator[Hook]:
    """Progress on standard error while the block runs."""
    columns = ("pictures", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, expected: bar.update(task, completed=done, total=expected)


def _end(refused: Sequence[PlaybillError]) -> None:
    """Say what could not be used; then it is not exit code 0."""
    for error in refused:
        complain(error)
    if refused:
        raise typer.Exit(EXIT_BAD_INPUT)
