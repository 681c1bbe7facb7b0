"""Old, grey pictures of 13 statesmen, each asked for when all the others are enrolled.

The pictures are cut close around aligned faces; they go through the detector and its second look
with room around the picture, as in `playbill enrol`. One that it refuses counts as not recognised.
"""

from collections.abc import Sequence

from benchmarks.faces import NETWORK, scores_under
from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.datasets.people import PersonPicture
from playbill.evaluation.faces.in_use import ask_left_out
from playbill.evaluation.faces.pictures import find_pictures
from playbill.models.catalogue import Choice, open_face_detector, open_face_embedder
from playbill.models.options import SessionOptions
from playbill.models.store import ModelStore
from playbill.pipeline.enrol import Enrolled, describe_portraits
from playbill.recognition.fitting import STRANGER_RATE
from playbill.recognition.gallery import Gallery

MUST = 0.97


def run() -> list[Row]:
    """One row."""
    folder = data_file("archive/antract")
    pictures = find_pictures(folder, without=folder / "disabled.txt").pictures
    enrolled = enrol(pictures)
    gallery = Gallery.empty(enrolled.enrolments[0].embeddings.model).add(*enrolled.enrolments)
    scores = scores_under(gallery.space)
    answers = [ask_left_out(gallery, row, scores) for row in range(len(gallery))]
    right = sum(answer.first for answer in answers)
    named = sum(answer.named for answer in answers)
    share = right / len(pictures)
    return [
        Row(
            what=f"old, grey pictures, {len(gallery.people)} people, leave-one-out",
            must=f">= {MUST}",
            measured=f"{share:.4f} ({right} of {len(pictures)})",
            met=share >= MUST,
            note=f"fitted anew for each picture on the others; {named} pass the threshold for "
            f"{STRANGER_RATE:.0%} of strangers too; {len(enrolled.refused)} pictures refused at "
            "enrolment, counted as wrong",
        )
    ]


def enrol(pictures: Sequence[PersonPicture]) -> Enrolled:
    """The pictures as `playbill enrol` takes them."""
    store, options, choice = ModelStore.default(), SessionOptions(), Choice()
    return describe_portraits(
        pictures,
        open_face_detector(choice.face_detector, store, options),
        open_face_embedder(NETWORK, store, options),
        lambda _: None,
    )
