"""The page of a recogniser that was trained."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from playbill.evaluation.faces.in_use import NAMED_FROM
from playbill.evaluation.recogniser.result import (
    DoubtfulName,
    MethodResult,
    PersonLine,
    RecogniserEvaluation,
)
from playbill.evaluation.recogniser.score_bins import ScoreBin
from playbill.plots.calibration import ScorePoint, calibration_svg
from playbill.plots.confusion import confusion_svg
from playbill.rendering.evaluation.gallery import confusion_cards
from playbill.rendering.evaluation.parts import (
    Cell,
    Measure,
    chart,
    measures_table,
    notice,
    number_cell,
    plain_table,
    rate_cell,
    section,
    share,
    write_page,
)
from playbill.rendering.report.markup import counted, facts, name, percent, text

_OPEN_TABLE = 60
"""People whose table is open; a longer one opens with a click."""
_NOT_NAMED = "unknown"


def write_recogniser_page(evaluation: RecogniserEvaluation, folder: Path, target: Path) -> None:
    """Write one HTML page that shows `evaluation`, with faces out of the pictures in `folder`.

    Raises:
        OutputError: the file cannot be written.
    """
    data = evaluation.data
    results = evaluation.methods
    write_page(
        target,
        title=f"A recogniser of the people of {data.folder}",
        summary=_summary(evaluation),
        data=facts(_facts(evaluation)),
        notice=_notices(evaluation),
        body=section("Methods side by side", _methods(results), _lead(evaluation))
        + section("What a score is worth", _calibration(evaluation), _CALIBRATION)
        + section("Who is taken for whom", _confusions(evaluation, folder) if results else "")
        + section("Likely under a wrong name", _doubts(evaluation.doubtful_names), _DOUBTS)
        + section("People", _people(evaluation.people)),
        run=evaluation.run,
    )


_CALIBRATION = (
    "Scores from 0 to 1 of who came first, and how often that was right. From 0.5 on (the dotted "
    "line) a name is given. A score is no probability: the threshold is set so that strangers "
    "rarely pass it, so answers below it may be right as well."
)
_DOUBTS = "They would be named as somebody else, were they not enrolled themselves."


def _summary(evaluation: RecogniserEvaluation) -> str:
    measured = evaluation.measured
    answers = f"{text(evaluation.method)} answers"
    if measured is None:
        return f"{answers}; nothing could be measured."
    parts = [
        f"{share(measured.right.value)} of the held-out pictures get their own name",
        f"{share(measured.wrong.value)} another's, {share(measured.unknown.value)} none",
    ]
    if measured.strangers_named:
        parts.append(f"{share(measured.strangers_named.value)} of the strangers get a name")
    return f"{answers}: {'; '.join(parts)}."


def _facts(evaluation: RecogniserEvaluation) -> list[tuple[str, str]]:
    data, gallery = evaluation.data, evaluation.gallery
    strangers = counted(data.stranger_people, "person", "people")
    pairs = [
        ("Pictures", f"{data.pictures:,}"),
        ("People", f"{data.people:,}"),
        ("Learned from, to measure", f"{data.learned:,}"),
        ("Held out", f"{data.held:,}"),
        ("Held out as strangers", f"{data.strangers:,} of {strangers}"),
        ("Over the most a person", f"{data.over_the_most:,}"),
        ("Left out by the list", f"{data.left_out:,}"),
        (
            "The gallery then has",
            f"{gallery.people:,} people, {evaluation.gallery_pictures:,} pictures",
        ),
        ("It answers by", text(gallery.method)),
        ("A name from a raw score of", f"{gallery.threshold:.3f}"),
        ("Strangers to be named, at most", percent(gallery.stranger_rate)),
        ("SHA-256 of the data", f"<code>{text(data.sha256[:12])}...</code>"),
        ("SHA-256 of the gallery", f"<code>{text(gallery.sha256[:12])}...</code>"),
    ]
    return [(term, what) for term, what in pairs if what != "0"]


def _notices(evaluation: RecogniserEvaluation) -> str:
    data = evaluation.data
    single = counted(data.people_with_one, "person has", "people have")
    refused = counted(len(data.refused), "picture", "pictures")
    return (
        notice(evaluation.not_measured, "Not measured.")
        + (
            f"<p class=notice>{single} one picture: enrolled, and not measured.</p>"
            if data.people_with_one
            else ""
        )
        + notice(data.refused, f"{refused} could not be used, and count nowhere.")
    )


def _lead(evaluation: RecogniserEvaluation) -> str:
    data = evaluation.data
    chosen = "chosen by the comparison in its last line" if evaluation.chosen else "as asked for"
    return (
        f"Each fitted and calibrated on {data.learned:,} pictures, and asked about {data.held:,} "
        f"others. Under each share: where it lies with 95 % confidence, and how many pictures were "
        f"asked about. In use is {evaluation.method}, {chosen}."
    )


def _methods(results: Sequence[MethodResult]) -> str:
    if not results:
        return ""
    points = [one.at_fpir for one in results]
    lines = [
        Measure("Right person first", "Named or not", _rates(results, "first"), max),
        Measure("Right name", "At the threshold", _rates(results, "right"), max),
        Measure("Another's name", "At the threshold", _rates(results, "wrong"), min),
        Measure("No name", "At the threshold", _rates(results, "unknown"), min),
        Measure("Strangers named", "At the threshold", _rates(results, "strangers_named")),
        Measure(
            "FNIR at FPIR 1 %",
            "Known faces missed where 1 % of these strangers get a name",
            tuple(rate_cell(one.fnir if one else None) for one in points),
            min,
        ),
        Measure(
            "Threshold",
            "Cosine from which on a name is given",
            tuple(number_cell(one.threshold, ".3f") for one in results),
        ),
        Measure(
            "Strangers named, by its own account",
            "Enrolled people, each scored in the gallery without them",
            tuple(_share_cell(one.expected_rate) for one in results),
        ),
        Measure(
            "Seconds to fit",
            "With the calibration",
            tuple(number_cell(one.seconds, ".2f") for one in results),
        ),
        Measure(
            "Named rightly in turn",
            "Pictures learned from, held in turn: what the choice rests on",
            tuple(_share_cell(one.in_folds) for one in results),
            max,
        ),
    ]
    shown = [line for line in lines if any(cell.markup != "-" for cell in line.cells)]
    return measures_table([one.method for one in results], shown)


def _rates(results: Sequence[MethodResult], field: str) -> tuple[Cell, ...]:
    return tuple(rate_cell(getattr(one, field)) for one in results)


def _share_cell(value: float | None) -> Cell:
    if value is None or np.isnan(value):
        return Cell("-")
    return Cell(share(value), value)


def _calibration(evaluation: RecogniserEvaluation) -> str:
    curves = {
        title: [_point(one) for one in bins]
        for title, bins in (
            ("known people", evaluation.score_bins),
            ("strangers too", evaluation.score_bins_with_strangers),
        )
        if bins
    }
    if not curves:
        return ""
    caption = "Bars: where the share lies with 95 % confidence. Below: answers of about that score."
    return (
        "<div class=charts>"
        + chart(lambda ink: calibration_svg(curves, named_from=NAMED_FROM, ink=ink), caption)
        + "</div>"
    )


def _point(one: ScoreBin) -> ScorePoint:
    rate = one.right
    return ScorePoint(one.mean_score, rate.value, rate.low, rate.high, rate.n)


def _confusions(evaluation: RecogniserEvaluation, folder: Path) -> str:
    return _matrix(evaluation) + confusion_cards(evaluation.confusions, folder)


def _matrix(evaluation: RecogniserEvaluation) -> str:
    """Names by the names that were given, of those people with whom something went wrong."""
    amiss = [one for one in evaluation.answers if one.outcome in {"wrong", "unknown"}]
    amiss += [one for one in evaluation.answers if one.outcome == "stranger-named"]
    involved = {one.person for one in amiss if one.known} | {one.taken_for for one in amiss}
    names = sorted(one for one in involved if one is not None)
    if not names:
        return ""
    place = {one: number for number, one in enumerate(names)}
    counts = np.zeros((len(names) + 1, len(names) + 1), np.int64)
    for answer in evaluation.answers:
        row = place.get(answer.person) if answer.known else len(names)
        column = len(names) if answer.taken_for is None else place.get(answer.taken_for)
        if row is not None and column is not None:
            counts[row, column] += 1
    caption = "Held-out pictures: green is right. People with whom nothing went wrong are left out."
    return chart(
        lambda ink: confusion_svg(counts, [*names, "strangers"], [*names, _NOT_NAMED], ink=ink),
        caption,
        wide=True,
    )


def _doubts(doubts: Sequence[DoubtfulName]) -> str:
    if not doubts:
        return ""
    lines = [
        [
            name(one.place),
            name(one.looks_like),
            f"{one.score:.2f}",
            "-" if one.own_score is None else f"{one.own_score:.2f}",
        ]
        for one in doubts
    ]
    return plain_table(("picture", "looks like", "cosine", "with its own person"), lines)


def _people(people: Sequence[PersonLine]) -> str:
    heads = ("person", "pictures", "refused", "asked", "right", "wrong", "unknown", "")
    table = plain_table(heads, [_person(one) for one in people], "people-table")
    if len(people) <= _OPEN_TABLE:
        return table
    return (
        f"<details><summary>{counted(len(people), 'person', 'people')}</summary>{table}</details>"
    )


def _person(one: PersonLine) -> list[str]:
    answers = [one.asked, one.right, one.wrong, one.unknown]
    if one.part not in {"measured", "stranger"}:
        answers = []
    counts = [f"{count:,}" for count in (one.pictures, one.refused, *answers)]
    return [name(one.name), *counts, *[""] * (4 - len(answers)), text(_PARTS[one.part])]


_PARTS = {
    "measured": "",
    "stranger": "stranger: right is not to be named",
    "enrolled": "enrolled, not measured",
    "refused": "no picture can be used",
}
