"""What the evaluation of a trained recogniser says of its people and its gallery."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from playbill.evaluation.faces.trials import Trial
from playbill.evaluation.gallery.answers import Answer
from playbill.evaluation.recogniser.result import DoubtfulName, PersonLine, RecogniserData
from playbill.recognition.audit import audit
from playbill.recognition.fitting import FittedGallery
from playbill.training.recogniser.describing import Described
from playbill.training.recogniser.pictures import ChosenPictures, Refusal


def data_of(
    chosen: ChosenPictures, described: Described, trial: Trial, refused: Sequence[Refusal]
) -> RecogniserData:
    """What the figures rest on."""
    people = described.people
    return RecogniserData(
        folder=people.pictures.folder.resolve().name,
        sha256=chosen.sha256,
        pictures=len(people),
        people=len(people.pictures.names),
        people_with_one=int((np.bincount(people.people) == 1).sum()),
        over_the_most=chosen.over_the_most,
        left_out=chosen.pictures.left_out,
        refused=tuple(refusal.reason for refusal in refused),
        learned=len(trial.enrolled) if len(trial.probes) else 0,
        held=len(trial.probes),
        strangers=len(trial.strangers),
        stranger_people=len(np.unique(people.people[trial.strangers])),
    )


def person_lines(
    described: Described, trial: Trial, answers: Sequence[Answer], refused: Sequence[Refusal]
) -> tuple[PersonLine, ...]:
    """Everybody; those with the most wrong names first, then those that are missed most."""
    pictures = described.people.pictures
    names = [pictures.names[person] for person in pictures.people]
    counts = {
        "all": Counter(names),
        "refused": Counter(refusal.name for refusal in refused),
        "learned": Counter(names[row] for row in trial.enrolled),
        "strange": Counter(names[row] for row in trial.strangers),
    }
    outcomes: dict[str, Counter[str]] = {name: Counter() for name in pictures.names}
    for answer in answers:
        outcomes[names[answer.row]][answer.outcome] += 1
    lines = []
    for name in sorted({*names, *counts["refused"]}):
        found = outcomes.get(name, Counter())
        part = "stranger" if counts["strange"][name] else "measured" if found else "enrolled"
        lines.append(
            PersonLine(
                name=name,
                part=part if counts["all"][name] else "refused",
                pictures=counts["all"][name],
                refused=counts["refused"][name],
                learned=counts["learned"][name],
                asked=found.total(),
                right=found["right"] + found["stranger-unknown"],
                wrong=found["wrong"] + found["stranger-named"],
                unknown=found["unknown"],
            )
        )
    return tuple(sorted(lines, key=lambda one: (-one.wrong, -one.unknown, one.name)))


def doubtful_names(described: Described, fitted: FittedGallery) -> tuple[DoubtfulName, ...]:
    """The pictures that look like somebody else than the person they are enrolled for."""
    place_of = dict(zip(described.digests, described.people.pictures.places, strict=True))
    return tuple(
        DoubtfulName(
            place=place_of[doubt.source],
            person=doubt.person.name,
            own_score=doubt.own_score,
            looks_like=doubt.other.name,
            score=doubt.other_score,
        )
        for doubt in audit(fitted.gallery, fitted.doubtful_from())
    )
