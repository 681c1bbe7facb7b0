"""From a folder of pictures per person to a measured gallery: `playbill train recogniser`."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playbill.evaluation.document import write_document
from playbill.evaluation.faces.open_set import FPIRS
from playbill.evaluation.gallery.answers import Answer
from playbill.evaluation.gallery.confusions import find_confusions
from playbill.evaluation.progress import Hook, no_hook
from playbill.evaluation.rates import Rate
from playbill.evaluation.recogniser.measuring import HeldOutTrial, measure_method
from playbill.evaluation.recogniser.result import MethodResult, RecogniserEvaluation
from playbill.evaluation.recogniser.score_bins import score_bins
from playbill.evaluation.record import Start
from playbill.media.files import sha256_of
from playbill.pipeline.opening import Describer
from playbill.recognition.choice import Method
from playbill.recognition.fitting import FittedGallery, fit
from playbill.recognition.gallery_file import StoredGallery, write_gallery
from playbill.recognition.recogniser import open_recogniser
from playbill.training.recogniser.describing import Described, describe
from playbill.training.recogniser.galleries import compare, gallery_of, wished, with_known_ids
from playbill.training.recogniser.parts import Parts, divide, read_given
from playbill.training.recogniser.pictures import ChosenPictures, Refusal, choose
from playbill.training.recogniser.report import data_of, doubtful_names, person_lines
from playbill.training.recogniser.settings import RecogniserTraining
from playbill.training.run_folder import RunFolder

GALLERY, REPORT = "gallery.npz", "report.json"


@dataclass(frozen=True, slots=True, eq=False)
class TrainedRecogniser:
    """What came of a training."""

    path: Path
    """Of the gallery."""
    evaluation: RecogniserEvaluation


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """What a training works with from the moment that all pictures are described."""

    training: RecogniserTraining
    describer: Describer
    chosen: ChosenPictures
    described: Described
    parts: Parts

    @property
    def refused(self) -> tuple[Refusal, ...]:
        return (*self.chosen.refused, *self.described.refused)


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """The method that is to answer, and what all did on what was held out, if anything was."""

    method: Method
    results: tuple[MethodResult, ...] = ()
    answers: tuple[Answer, ...] = ()
    """Of `method`."""


def train_recogniser(
    training: RecogniserTraining, describer: Describer, folder: Path, hook: Hook = no_hook
) -> TrainedRecogniser:
    """Describe the pictures, measure the methods, fit the gallery and write it all into `folder`.

    Killed, it goes on from the pictures that it had described.

    Args:
        training: what to train on, and how.
        describer: the networks, opened as `training.looking` says.
        folder: is made; gallery, report, record and what was held out go into it.
        hook: is told how many pictures are described, and of how many.

    Raises:
        MediaError, DatasetError: there are no pictures, none that can be used, or a list or split
            cannot be used.
        GalleryError: a name is none; strangers cannot be told: no card, and too few people.
        TrainingError: another training was begun in `folder`.
        OutputError: a file cannot be written.
    """
    start = Start()
    given = read_given(training.split) if training.split else None
    chosen = choose(training)
    run = RunFolder.open(
        folder, what="recogniser", settings=_settings(training, describer), data=_data(chosen)
    )
    described = describe(
        chosen,
        describer.detector,
        describer.embedder,
        folder,
        hook,
        central=training.settings.central_face,
    )
    parts = divide(described.people, training.settings, given)
    parts.write(folder, training.dataset)
    material = _Material(training, describer, chosen, described, parts)
    measured = _measure(material)
    fitted = _fit(material, measured.method, folder / GALLERY)
    stored = write_gallery(folder / GALLERY, fitted)
    evaluation = _evaluation(material, measured, stored, start)
    write_document("recogniser", evaluation, folder / REPORT)
    run.finish(_measures(evaluation), [_output(folder / name) for name in (GALLERY, REPORT)])
    return TrainedRecogniser(folder / GALLERY, evaluation)


def _measure(material: _Material) -> _Measured:
    """Let the pictures to learn from choose, and every method answer for what was held out."""
    settings, trial = material.training.settings, material.parts.trial
    if not len(trial.probes):
        everything = gallery_of(material.described, np.arange(len(material.described.people)))
        return _Measured(
            wished(compare(everything, settings, material.describer.scores), settings.method).method
        )
    gallery = gallery_of(material.described, trial.enrolled)
    choices = compare(gallery, settings, material.describer.scores)
    method = wished(choices, settings.method).method
    held = HeldOutTrial(
        people=material.described.people,
        trial=trial,
        gallery=gallery,
        scores=material.describer.scores,
        stranger_rate=settings.stranger_rate,
        seed=settings.seed,
    )
    found = {choice.method: measure_method(held, choice) for choice in choices.values()}
    return _Measured(method, tuple(result for result, _ in found.values()), found[method][1])


def _fit(material: _Material, method: Method, target: Path) -> FittedGallery:
    """The gallery of everything, or of what was learned from alone, with the measured method."""
    settings, described = material.training.settings, material.described
    rows = np.arange(len(described.people))
    if settings.keep_held_out:
        rows = material.parts.trial.enrolled
    gallery = with_known_ids(gallery_of(described, rows), target)
    return fit(
        gallery,
        material.describer.scores,
        stranger_rate=settings.stranger_rate,
        seed=settings.seed,
        choice=compare(gallery, settings, material.describer.scores)[method],
    )


def _evaluation(
    material: _Material, measured: _Measured, stored: StoredGallery, start: Start
) -> RecogniserEvaluation:
    describer, described, trial = material.describer, material.described, material.parts.trial
    settings, answers, refused = material.training.settings, measured.answers, material.refused
    return RecogniserEvaluation(
        run=start.record([describer.detector.use, describer.embedder.use], settings.bearing()),
        data=data_of(material.chosen, described, trial, refused),
        gallery=open_recogniser(stored).use,
        gallery_pictures=len(stored.fitted.gallery),
        method=measured.method,
        chosen=settings.method == "auto",
        methods=measured.results,
        people=person_lines(described, trial, answers, refused),
        confusions=find_confusions(described.people, answers),
        score_bins=score_bins([answer for answer in answers if answer.known]),
        score_bins_with_strangers=score_bins(answers) if len(trial.strangers) else (),
        doubtful_names=doubtful_names(described, stored.fitted),
        not_measured=material.parts.notes,
        answers=answers,
    )


def _settings(training: RecogniserTraining, describer: Describer) -> dict[str, Any]:
    """Everything that decides the outcome."""
    lists = {"without": training.without, "people": training.people, "split": training.split}
    looking = training.looking
    return {
        **training.settings.bearing(),
        **{name: path and sha256_of(path) for name, path in lists.items()},
        "min face px": looking.min_face_px,
        "min face score": looking.min_face_score,
        "max side px": looking.max_side_px,
        "face detection": asdict(describer.detector.use),
        "face embedding": asdict(describer.embedder.use),
    }


def _data(chosen: ChosenPictures) -> dict[str, Any]:
    return {
        "pictures": len(chosen.pictures),
        "people": len(chosen.pictures.names),
        "sha256": chosen.sha256,
    }


def _measures(evaluation: RecogniserEvaluation) -> dict[str, float]:
    """The figures of the method that answers; none where nothing was held out."""
    measured = evaluation.measured
    if measured is None:
        return {}
    rates: dict[str, Rate | None] = {
        "right person first": measured.first,
        "right name": measured.right,
        "another's name": measured.wrong,
        "unknown": measured.unknown,
        "strangers named": measured.strangers_named,
        f"FNIR at FPIR {FPIRS[0]:.0%}": measured.at_fpir.fnir if measured.at_fpir else None,
    }
    return {name: rate.value for name, rate in rates.items() if rate is not None}


def _output(path: Path) -> dict[str, Any]:
    return {"file": path.name, "sha256": sha256_of(path), "bytes": path.stat().st_size}
