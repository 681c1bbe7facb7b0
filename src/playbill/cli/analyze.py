"""`playbill analyze`: the main job, for one medium or thousands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from playbill.archive.document import to_document, write_document
from playbill.cli.console import EXIT_BAD_INPUT, complain, frame_bar, out
from playbill.cli.options import (
    DEFAULTS,
    Device,
    Every,
    GalleryFile,
    MaxSide,
    MinFace,
    MinFaceScore,
    MinScore,
    Models,
    Precision,
    Strangers,
    Threads,
    model_names,
)
from playbill.cli.summary import summary
from playbill.cli.targets import Job, find_jobs, target_of
from playbill.core.analysis import Analysis
from playbill.errors import PlaybillError
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.hooks import Hook
from playbill.pipeline.opening import has_video, open_analyzer
from playbill.pipeline.settings import AnalysisSettings


def analyze(
    media: Annotated[
        list[Path], typer.Argument(readable=False, help="Pictures, videos or folders of them.")
    ],
    gallery: GalleryFile = None,
    json_to: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write the JSON here: a file; for several a folder."),
    ] = None,
    draw_to: Annotated[
        Path | None,
        typer.Option("--draw", help="Draw boxes and names: .mp4, .jpg, .png; or a folder."),
    ] = None,
    report_to: Annotated[
        Path | None, typer.Option("--report", help="Write an HTML report: a file; or a folder.")
    ] = None,
    every: Every = DEFAULTS.sample_every,
    min_score: MinScore = DEFAULTS.min_object_score,
    min_face: MinFace = DEFAULTS.min_face_px,
    min_face_score: MinFaceScore = DEFAULTS.min_face_score,
    max_side: MaxSide = DEFAULTS.max_side_px,
    strangers: Strangers = None,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    threads: Threads = DEFAULTS.threads,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the JSON, one document a line, for machines.")
    ] = False,
) -> None:
    """Find who and what appears when.

    $ playbill analyze news.mp4 --gallery cast.npz --out news.json --report news.html
    """
    settings = AnalysisSettings(
        sample_every=every,
        min_object_score=min_score,
        min_face_px=min_face,
        min_face_score=min_face_score,
        max_side_px=max_side,
        stranger_rate=strangers,
        models=model_names(models),
        precision=precision,
        device=device,
        threads=threads,
    )
    jobs, refused = find_jobs(media)
    wishes = Wishes(json_to, draw_to, report_to, as_json=as_json)
    failed = len(refused)
    for error in refused:
        complain(error)
    analyzer = open_analyzer(settings, gallery, describe=has_video(job.path for job in jobs))
    with frame_bar(shown=not as_json) as bar:
        for job in jobs:
            try:
                _one(analyzer, job, jobs, wishes, bar.show)
            except PlaybillError as error:
                complain(error)
                failed += 1
    if failed:
        raise typer.Exit(EXIT_BAD_INPUT)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be made of each result."""

    json_to: Path | None
    draw_to: Path | None
    report_to: Path | None
    as_json: bool


def _one(analyzer: Analyzer, job: Job, jobs: Sequence[Job], wishes: Wishes, hook: Hook) -> None:
    """Analyse one medium and write what is wished for; the JSON first, it is the dearest."""
    analysis = analyzer.analyze(job.path, hook)
    if target := target_of(wishes.json_to, job, jobs, ".json"):
        write_document(analysis, target)
    if target := target_of(wishes.report_to, job, jobs, ".html"):
        from playbill.rendering.report.page import write_report  # noqa: PLC0415 - seldom asked for
        from playbill.rendering.thumbnails import collect_thumbnails  # noqa: PLC0415

        write_report(analysis, target, collect_thumbnails(job.path, analysis))
    if target := target_of(wishes.draw_to, job, jobs, _drawn_suffix(analysis)):
        from playbill.rendering.video import draw_media  # noqa: PLC0415

        draw_media(job.path, analysis, target)
    if wishes.as_json:
        out().print(
            json.dumps(to_document(analysis), ensure_ascii=False), markup=False, soft_wrap=True
        )
    else:
        out().print(summary(analysis))


def _drawn_suffix(analysis: Analysis) -> str:
    return ".jpg" if analysis.media.kind == "image" else ".mp4"
