"""Playbill from Python: the same as the command line, in one call each."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from playbill.archive.reading import read_document
from playbill.core.analysis import Analysis
from playbill.datasets.left_out import LeftOut, read_left_out
from playbill.datasets.people import find_people
from playbill.errors import PlaybillError
from playbill.exports.formats import write_export
from playbill.pipeline.enrol import describe_portraits
from playbill.pipeline.galleries import grow_gallery
from playbill.pipeline.hooks import Hook, no_hook
from playbill.pipeline.opening import has_video, open_analyzer, open_describer
from playbill.pipeline.settings import AnalysisSettings
from playbill.recognition.gallery_file import write_gallery

DEFAULTS = AnalysisSettings()


def analyze(
    path: str | Path,
    *,
    gallery: str | Path | None = None,
    settings: AnalysisSettings = DEFAULTS,
    hook: Hook = no_hook,
) -> Analysis:
    """Find who and what appears when and where in a picture or video.

    For many media, open the networks once: `playbill.pipeline.opening.open_analyzer`.

    Args:
        path: a picture or video file.
        gallery: who is known, a file of `enrol`; None: nobody is named.
        settings: how to analyse.
        hook: told of the progress after each frame.

    Raises:
        PlaybillError: see `playbill.errors`.
    """
    known = Path(gallery) if gallery is not None else None
    analyzer = open_analyzer(settings, known, describe=has_video([Path(path)]))
    return analyzer.analyze(Path(path), hook)


def enrol(
    source: str | Path,
    gallery: str | Path,
    *,
    name: str | None = None,
    without: str | Path | None = None,
    settings: AnalysisSettings = DEFAULTS,
) -> Sequence[PlaybillError]:
    """Learn people from pictures into the file `gallery`, which is added to if it is there.

    Args:
        source: a folder with a folder of pictures per person, or one picture.
        gallery: the `.npz` file.
        name: whom all pictures show; None: folders and files say so.
        without: a list of pictures to leave out, a file of `playbill dataset check --list`.
        settings: how to describe faces; the share of strangers that may be named.

    Returns:
        What is wrong with each picture that could not be used.

    Raises:
        PlaybillError: see `playbill.errors`.
    """
    describer, target = open_describer(settings), Path(gallery)
    left_out = read_left_out(Path(without)) if without is not None else LeftOut.of([])
    portraits = find_people(Path(source), name, without=left_out)
    enrolled = describe_portraits(portraits, describer.detector, describer.embedder, lambda _: None)
    if enrolled.enrolments:
        space, rate = describer.embedder.space, settings.stranger_rate
        write_gallery(target, grow_gallery(target, enrolled, describer.scores, space, rate))
    return enrolled.refused


def export(
    results: Analysis | str | Path | Iterable[Analysis | str | Path],
    target: str | Path,
    *,
    format: str,  # noqa: A002 - what everybody calls it
    base_url: str = "",
) -> None:
    """Write results in a format of others: `playbill.exports.formats.FORMATS`.

    Args:
        results: an analysis or the file of its JSON document; several for formats that hold
            several media in one file (tables, COCO, VOC, YOLO). They are read one by one.
        target: the file to write.
        format: the name of the format.
        base_url: the address that the media lie under, for formats that point to them; empty:
            beside the export.

    Raises:
        PlaybillError: see `playbill.errors`.
    """
    several = [results] if isinstance(results, Analysis | str | Path) else results
    analyses = (one if isinstance(one, Analysis) else read_document(Path(one)) for one in several)
    write_export(analyses, format, Path(target), base_url=base_url)
