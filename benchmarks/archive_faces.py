"""Old, grey pictures of 13 statesmen, each asked for when all the others are enrolled.

The pictures are cut close around aligned faces; they go through the detector and its second look
with room around the picture, as in `playbill enrol`. One that it refuses counts as not recognised.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.identification import stranger_scores
from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.core.embeddings import Embeddings
from playbill.datasets.people import PersonPicture
from playbill.models.catalogue import Choice, open_face_detector, open_face_embedder
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.enrol import Enrolled, describe_portraits
from playbill.recognition.fitting import STRANGER_RATE, fit
from playbill.recognition.gallery import Gallery
from playbill.recognition.gallery_file import StoredGallery
from playbill.recognition.recogniser import open_recogniser

MUST = 0.97


def run() -> list[Row]:
    """One row."""
    folder = data_file("archive/antract")
    disabled = set((folder / "disabled.txt").read_text("utf-8").split())
    paths = [
        path
        for path in sorted(folder.glob("*/*.png"))
        if f"{path.parent.name}/{path.name}" not in disabled
    ]
    enrolled = enrol(paths)
    gallery = Gallery.empty(enrolled.enrolments[0].embeddings.model).add(*enrolled.enrolments)
    answers = [ask_left_out(gallery, row) for row in range(len(gallery))]
    right = sum(answer.first for answer in answers)
    named = sum(answer.named for answer in answers)
    share = right / len(paths)
    return [
        Row(
            what=f"old, grey pictures, {len(gallery.people)} people, leave-one-out",
            must=f">= {MUST}",
            measured=f"{share:.4f} ({right} of {len(paths)})",
            met=share >= MUST,
            note=f"fitted anew for each picture on the others; {named} pass the threshold for "
            f"{STRANGER_RATE:.0%} of strangers too; {len(enrolled.refused)} pictures refused at "
            "enrolment, counted as wrong",
        )
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the others say about one picture."""

    first: bool
    """The right person comes first."""
    named: bool
    """... and is named."""


def ask_left_out(gallery: Gallery, row: int) -> Answer:
    """Fit the gallery without one of its pictures, and ask whom that shows."""
    others = gallery.picked(np.flatnonzero(np.arange(len(gallery)) != row))
    fitted = fit(others, stranger_scores(gallery.space))
    recogniser = open_recogniser(StoredGallery(fitted, "antract", "0" * 64))
    picture = Embeddings(gallery.embeddings.vectors[[row]], gallery.space)
    scores = recogniser.score(picture)[0]
    first = recogniser.people[int(scores.argmax())] == gallery.people[gallery.person_of_row[row]]
    return Answer(first, first and float(scores.max()) >= 0.5)


def enrol(paths: list[Path]) -> Enrolled:
    """The pictures as `playbill enrol` takes them."""
    store, options, choice = ModelStore.default(), SessionOptions(), Choice()
    return describe_portraits(
        [PersonPicture(path, path.parent.name) for path in paths],
        open_face_detector(choice.face_detector, store, options),
        open_face_embedder(choice.face_embedder, store, options),
        lambda _: None,
    )
