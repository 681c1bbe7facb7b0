"""`playbill demo`: the main job with no file of the user's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from playbill.api import analyze, enrol
from playbill.archive.document import write_document
from playbill.cli.console import err, frame_bar, out
from playbill.core.timespan import TimeSpan
from playbill.demo.material import make_demo_material
from playbill.demo.truth import Comparison, compare
from playbill.rendering.report.page import write_report
from playbill.rendering.thumbnails import collect_thumbnails
from playbill.rendering.timecode import timecode
from playbill.rendering.video import draw_media


def demo(
    folder: Annotated[Path, typer.Argument(help="Where its files go.")] = Path("demo"),
) -> None:
    """Make a clip out of photographs, learn a face, and find who and what appears when.

    $ playbill demo
    """
    say = err().print
    say("1/4  cutting a half-minute clip out of photographs")
    material = make_demo_material(folder)
    gallery = folder / "cast.npz"
    say("2/4  enrolling one person from another crop of her photograph")
    gallery.unlink(missing_ok=True)
    enrol(material.portrait_folder, gallery)
    say("3/4  analysing the clip")
    with frame_bar(shown=True) as bar:
        analysis = analyze(material.clip, gallery=gallery, hook=bar.show)
    say("4/4  writing JSON, drawn clip and report")
    results = [folder / "clip.json", folder / "clip-drawn.mp4", folder / "clip.html"]
    write_document(analysis, results[0])
    draw_media(material.clip, analysis, results[1])
    write_report(analysis, results[2], collect_thumbnails(material.clip, analysis))
    out().print(_comparison(compare(material.truth, analysis)))
    for result in results:
        out().print(str(result), markup=False)


def _comparison(rows: Sequence[Comparison]) -> Table:
    """What is there and when, beside what was found and when."""
    table = Table("scene", "is there", "when", "found", "when", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(
            escape(row.scene.title),
            escape(row.what.title) if row.is_true else "",
            _when(row.scene.span) if row.is_true else "",
            _verdict(row),
            _when(row.found) if row.found else "",
        )
    return table


def _verdict(row: Comparison) -> str:
    if not row.is_true:
        return f"[yellow]{escape(row.what.title)}, which is not there[/]"
    if not row.found:
        return "[red]missed[/]"
    colour = "green" if row.is_right else "yellow"
    return f"[{colour}]{escape(row.what.title)}, {row.covered:.0%} of the scene[/]"


def _when(span: TimeSpan) -> str:
    return f"{timecode(span.start_s)} - {timecode(span.end_s)}"
