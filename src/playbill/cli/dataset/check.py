"""`playbill dataset check`: what is wrong with training data, likely wrong names among it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from playbill.cli.console import EXIT_BAD_INPUT, out
from playbill.cli.dataset.findings import show_findings, show_names
from playbill.cli.dataset.options import (
    AsJson,
    KindOption,
    Pictures,
    Source,
    left_out,
    picture_bar,
)
from playbill.cli.options import (
    DEFAULTS,
    Device,
    MaxSide,
    MinFace,
    MinFaceScore,
    Models,
    Precision,
    Threads,
    Without,
    model_names,
)
from playbill.datasets.check import check_objects, check_people
from playbill.datasets.findings import Finding
from playbill.datasets.kinds import guess_kind
from playbill.datasets.left_out import write_left_out
from playbill.datasets.opening import open_objects
from playbill.datasets.people import PersonPicture, find_people, place_of
from playbill.datasets.problems import ProblemList
from playbill.pipeline.name_check import NameCheck, check_names
from playbill.pipeline.opening import open_describer
from playbill.pipeline.settings import AnalysisSettings

SCHEMA = "playbill-dataset-check/1"


def check(
    source: Source,
    kind: KindOption = None,
    pictures: Pictures = None,
    without: Without = None,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help="Look at the faces for wrong names.")
    ] = True,
    list_to: Annotated[
        Path | None,
        typer.Option(
            "--list",
            help="Write the pictures under likely wrong names and those without one face here; "
            "`playbill enrol --without` leaves them out.",
        ),
    ] = None,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
    show_all: Annotated[
        bool, typer.Option("--all", help="Show everything that was found.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong: broken and repeated pictures, bad boxes, likely wrong names.

    Exit code 2 if a training should not go on with it as it is.

    $ playbill dataset check people/ --list wrong.txt
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
    kind = kind or guess_kind(source)
    checked: NameCheck | None = None
    if kind == "people":
        people = list(find_people(source, without=left_out(without)))
        with picture_bar(len(people), "pictures") as advance:
            findings = check_people(people, source, advance)
        if names:
            checked = _look_at_faces(people, findings, source, settings)
            findings = _without_told(findings, checked, source)
    else:
        findings = _check_labelled(source, pictures)
    if list_to is not None:
        write_left_out(list_to, _to_leave_out(findings, checked, source))
    if as_json:
        text = json.dumps(_document(source, kind, findings, checked), ensure_ascii=False, indent=1)
        out().print(text, markup=False, soft_wrap=True)
    else:
        show_findings(findings, show_all=show_all)
        if checked is not None:
            show_names(checked, source, show_all=show_all)
    if (checked and checked.doubts) or not all(finding.is_note for finding in findings):
        raise typer.Exit(EXIT_BAD_INPUT)


def _check_labelled(source: Path, pictures: Path | None) -> list[Finding]:
    problems = ProblemList()
    dataset = open_objects(source, pictures=pictures, outlines=False, on_problem=problems)
    with picture_bar(len(dataset), "pictures") as advance:
        return check_objects(dataset, problems, advance)


def _look_at_faces(
    people: list[PersonPicture], findings: list[Finding], source: Path, settings: AnalysisSettings
) -> NameCheck:
    broken = {one.where for one in findings if one.kind == "unreadable-picture"}
    whole = [one for one in people if place_of(one.path, source) not in broken]
    describer = open_describer(settings)
    with picture_bar(len(whole), "faces") as advance:
        return check_names(
            whole, describer.detector, describer.embedder, describer.scores, lambda _: advance()
        )


def _without_told(findings: list[Finding], checked: NameCheck, source: Path) -> list[Finding]:
    """The findings, and the pictures that show no face or several among them."""
    return findings + [
        Finding(
            "no-one-face",
            place_of(one.picture.path, source),
            one.reason.removeprefix(f"{one.picture.path}: "),
        )
        for one in checked.unusable
    ]


def _to_leave_out(findings: list[Finding], checked: NameCheck | None, source: Path) -> list[str]:
    kinds = {"unreadable-picture", "no-one-face"}
    places = {one.where for one in findings if one.kind in kinds}
    if checked is not None:
        places |= {
            place_of(doubt.picture.path, source)
            for doubt in checked.doubts
            if doubt.own_score is not None  # else nobody would be left under that name
        }
    return sorted(places)


def _document(
    source: Path, kind: str, findings: list[Finding], checked: NameCheck | None
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "source": str(source),
        "kind": kind,
        "findings": [
            {
                "kind": finding.kind,
                "where": finding.where,
                "sentence": finding.sentence,
                "also": list(finding.also),
                "note": finding.is_note,
            }
            for finding in findings
        ],
    }
    if checked is not None:
        document["names"] = {
            "pictures": checked.pictures,
            "people": checked.people,
            "near": checked.levels.near,
            "unlike": checked.levels.unlike,
            "alone": checked.levels.alone,
            "doubts": [
                {
                    "picture": place_of(doubt.picture.path, source),
                    "person": doubt.picture.name,
                    "ownScore": doubt.own_score,
                    "looksLike": doubt.looks_like,
                    "otherScore": doubt.other_score,
                    "beside": [place_of(path, source) for path in doubt.beside],
                }
                for doubt in checked.doubts
            ],
        }
    return document
