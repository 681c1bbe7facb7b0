"""The page of a gallery's answers."""

from collections.abc import Sequence
from pathlib import Path

from playbill.evaluation.gallery.confusions import Confusion, FacePlace, Mistake
from playbill.evaluation.gallery.evaluate import GalleryData, GalleryEvaluation, PersonResult
from playbill.rendering.evaluation.crops import face_crop
from playbill.rendering.evaluation.parts import (
    Measure,
    measures_table,
    notice,
    plain_table,
    rate_cell,
    section,
    share,
    write_page,
)
from playbill.rendering.report.markup import (
    counted,
    facts,
    name,
    percent,
    text,
    thumbnail_picture,
)

_OPEN_TABLE = 40
"""People whose table is open; a longer one opens with a click."""
_SHOWN = 60
"""Pairs of people whose faces are shown."""


def write_gallery_page(evaluation: GalleryEvaluation, folder: Path, target: Path) -> None:
    """Write one HTML page that shows `evaluation`, with faces out of the pictures in `folder`.

    Raises:
        OutputError: the file cannot be written.
    """
    data = evaluation.data
    write_page(
        target,
        title=f"The gallery {evaluation.gallery.name} on {data.folder}",
        summary=_summary(evaluation),
        data=facts(_facts(evaluation)),
        notice=_notices(data),
        body=section("Answers", _rates(evaluation), _lead(evaluation))
        + section("Who is taken for whom", confusion_cards(evaluation.confusions, folder))
        + section("People in the gallery", people_table(evaluation.people, known=True))
        + section("Strangers", people_table(evaluation.people, known=False)),
        run=evaluation.run,
    )


def _summary(evaluation: GalleryEvaluation) -> str:
    parts = []
    if evaluation.right:
        parts.append(f"{share(evaluation.right.value)} of the known faces get their own name")
    if evaluation.wrong:
        parts.append(f"{share(evaluation.wrong.value)} another's")
    if evaluation.fpir:
        parts.append(f"{share(evaluation.fpir.value)} of the strangers get a name")
    return f"{', '.join(parts)}."


def _facts(evaluation: GalleryEvaluation) -> list[tuple[str, str]]:
    data, gallery = evaluation.data, evaluation.gallery
    return [
        ("Pictures asked for", f"{data.asked:,}"),
        ("People in the gallery", f"{gallery.people:,}"),
        ("... of whom pictures are here", f"{data.known_people:,}"),
        ("Strangers here", f"{data.strangers:,}"),
        ("Answers by", text(gallery.method)),
        ("A name from a raw score of", f"{gallery.threshold:.3f}"),
        ("Strangers to be named, at most", percent(gallery.stranger_rate)),
        ("SHA-256 of the gallery", f"<code>{text(gallery.sha256[:12])}...</code>"),
    ]


def _notices(data: GalleryData) -> str:
    enrolled = counted(len(data.enrolled), "picture was", "pictures were")
    no_face = counted(len(data.without_face), "picture shows", "pictures show")
    return (
        (
            f"<p class=notice>{enrolled} enrolled in the gallery itself, and not asked about.</p>"
            if data.enrolled
            else ""
        )
        + notice(data.without_face, f"{no_face} no face; nobody is named.")
        + notice(data.unreadable, "Pictures that could not be read, and were left out.")
    )


def _lead(evaluation: GalleryEvaluation) -> str:
    return (
        "At the gallery's own threshold. Under each share: where it lies with 95 % confidence, "
        f"and how many pictures were asked about. Who is not among the {evaluation.gallery.people} "
        "people of the gallery is a stranger."
    )


def _rates(evaluation: GalleryEvaluation) -> str:
    lines = (
        ("Right name", "Of people in the gallery", evaluation.right),
        ("Another's name", "Of people in the gallery", evaluation.wrong),
        ("FNIR", "People in the gallery who do not get their name", evaluation.fnir),
        ("FPIR", "Strangers who get a name", evaluation.fpir),
    )
    return measures_table(
        ["share"], [Measure(title, about, (rate_cell(rate),)) for title, about, rate in lines]
    )


def confusion_cards(confusions: Sequence[Confusion], folder: Path) -> str:
    """Who is taken for whom, with the faces, out of the pictures in `folder`."""
    if not confusions:
        return "<p class=none>Nobody was taken for anybody else.</p>"
    cards = "".join(_card(confusion, folder) for confusion in confusions[:_SHOWN])
    more = len(confusions) - _SHOWN
    rest = f"<p class=none>... and {more:,} more pairs of people.</p>" if more > 0 else ""
    return f"<div class=confusions>{cards}</div>{rest}"


def _card(confusion: Confusion, folder: Path) -> str:
    known = "" if confusion.known else ", a stranger"
    pictures = counted(confusion.pictures, "picture", "pictures")
    examples = "".join(_pair(confusion, mistake, folder) for mistake in confusion.examples)
    return (
        f"<article><h3>{name(confusion.person)} as {name(confusion.taken_for)}</h3>"
        f"<p>{pictures}{known}</p>{examples}</article>"
    )


def _pair(confusion: Confusion, mistake: Mistake, folder: Path) -> str:
    asked = _face(mistake.face, folder, f"{mistake.face.place}, score {percent(mistake.score)}")
    other = (
        _face(mistake.looks_like, folder, mistake.looks_like.place)
        if mistake.looks_like
        else f"<figure><div class=nothing>no face of {name(confusion.taken_for)} in this folder"
        "</div></figure>"
    )
    return f"<div class=pair>{asked}{other}</div>"


def _face(face: FacePlace, folder: Path, caption: str) -> str:
    crop = face_crop(folder / face.place, face.box_xyxy)
    shown = thumbnail_picture(crop) if crop else "<div class=nothing>cannot be read</div>"
    return f"<figure>{shown}<figcaption>{name(caption)}</figcaption></figure>"


def people_table(people: Sequence[PersonResult], *, known: bool) -> str:
    """What each person's pictures were answered with; nothing of nobody."""
    lines = [_person(one) for one in people if one.known == known]
    if not lines:
        return ""
    heads = ("person", "pictures", "right name", "another's", "unknown", "no face")
    if not known:
        heads = ("person", "pictures", "not named", "named", "", "no face")
    table = plain_table(heads, lines, "people-table")
    if len(lines) <= _OPEN_TABLE:
        return table
    return f"<details><summary>{counted(len(lines), 'person', 'people')}</summary>{table}</details>"


def _person(one: PersonResult) -> list[str]:
    unknown = f"{one.unknown:,}" if one.known else ""
    counts = [f"{count:,}" for count in (one.pictures, one.right, one.wrong)]
    return [name(one.name), *counts, unknown, f"{one.without_face:,}"]
