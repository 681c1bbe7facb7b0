"""Inception-ResNet-v1 from FaceNet's weights, taught the people of an archive: before and after.

As the paper trains on its cast: of each person with ten pictures or more in LFW, half are learned
from and the other half asked for. What the training does to people it has not seen is measured too.
"""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.inputs import data_file
from benchmarks.rows import Row
from playbill.datasets.people import PersonPicture, find_people
from playbill.models.catalogue import Choice, open_face_detector
from playbill.models.store import ModelStore
from playbill.training.faces.collecting import FaceView, choose_pictures, collect_faces
from playbill.training.faces.judging import embed
from playbill.training.faces.losses import PeopleLoss
from playbill.training.faces.measures import Vectors, first_share, pair_share
from playbill.training.faces.module import FaceModule
from playbill.training.faces.samples import FaceSamples, Rows
from playbill.training.faces.settings import FINE_TUNE_RATE, FaceTrainingSettings
from playbill.training.faces.starts import FACENET, FACENET_NETWORK, started
from playbill.training.faces.task import SupervisedFaces
from playbill.training.loop import Loop
from playbill.training.networks.registry import FACE_NETWORKS
from playbill.training.settings import LoopSettings

MIN_PICTURES = 10
EPOCHS = 2
SETTINGS = FaceTrainingSettings(
    loss="arcface", batch=32, balanced=True, each=4, kept=0.5, strangers=0
)
FALSE_NAMES = 0.01
"""Share of strangers' pictures that may get a name."""
DRAWS = 20
"""Choices of the one picture that a person is enrolled with."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one network does."""

    centroid: float
    """Kept pictures of the people, by the centroids of the learned half."""
    one_picture: float
    """The same with one learned picture of each person, mean over `DRAWS`."""
    head: float
    """The same by the loss's directions: before, those are the centroids."""
    pairs: float
    """Pairs of kept pictures: one person or two."""
    missed: float
    """Kept pictures that do not get their name when `FALSE_NAMES` of strangers get one."""
    stranger_pairs: float
    """Pairs of people that nothing was learned of."""


def run() -> list[Row]:
    """A row for each figure, after beside before."""
    size_px = FACE_NETWORKS[FACENET_NETWORK].size_px
    with tempfile.TemporaryDirectory() as folder:
        cast, others = _faces(Path(folder), size_px)
        embedder = started(FACENET_NETWORK, FACENET, store=ModelStore.default(), seed=0)
        task = SupervisedFaces(cast, embedder, size_px, SETTINGS)
        task.imprint()
        before = _figures(task, others)
        settings = LoopSettings(
            steps=EPOCHS * task.steps_an_epoch, learning_rate=FINE_TUNE_RATE, warmup_steps=10
        )
        begun = time.monotonic()
        Loop(task, settings, Path(folder), network=FACENET_NETWORK).run()
        took_s = time.monotonic() - begun
        after = _figures(task, others)
    how = (
        f"{len(task.names)} people, {len(task.split.learned)} faces learned from, "
        f"{len(task.split.kept)} asked for; {settings.steps} steps of {SETTINGS.batch}, ArcFace, "
        f"{took_s:.0f} s"
    )
    return _rows(before, after, how, f"{len(others)} faces of {len(others.names)} others")


def _faces(folder: Path, size_px: int) -> tuple[FaceSamples, FaceSamples]:
    """The people with many pictures, and those with two or more."""
    pictures = list(find_people(data_file("lfw")))
    counts = Counter(picture.name for picture in pictures)
    many = [picture for picture in pictures if counts[picture.name] >= MIN_PICTURES]
    few = [picture for picture in pictures if 2 <= counts[picture.name] < MIN_PICTURES]
    return (
        _collected(many, folder / "many", size_px),
        _collected(few, folder / "few", size_px),
    )


def _collected(pictures: list[PersonPicture], folder: Path, size_px: int) -> FaceSamples:
    chosen = choose_pictures(pictures, max_images=450, seed=0)
    detector = open_face_detector(Choice().face_detector, ModelStore.default())
    return collect_faces(chosen, detector, FaceView(size_px), folder).samples


def _figures(task: SupervisedFaces, others: FaceSamples) -> Figures:
    people, split = task.samples.people, task.split
    embedder = task.module.embedder.eval()
    with torch.autocast("cpu", torch.bfloat16):
        learned, kept = (
            embed(embedder, task.samples, rows, task.size_px)
            for rows in (split.learned, split.kept)
        )
        strangers = embed(embedder, others, np.arange(len(others)), task.size_px)
    owners, asked = people[split.learned], people[split.kept]
    return Figures(
        centroid=first_share(learned, owners, kept, asked),
        one_picture=_one_picture(learned, owners, kept, asked),
        head=_head(task.module, kept, asked),
        pairs=pair_share(kept, asked, seed=0) or 0.0,
        missed=_missed(_centroids(learned, owners), kept, asked, strangers),
        stranger_pairs=pair_share(strangers, others.people, seed=0) or 0.0,
    )


def _one_picture(gallery: Vectors, owners: Rows, probes: Vectors, asked: Rows) -> float:
    shares = []
    for seed in range(DRAWS):
        random = np.random.default_rng(seed)
        rows = np.array([random.choice(np.flatnonzero(owners == one)) for one in np.unique(owners)])
        shares.append(first_share(gallery[rows], owners[rows], probes, asked))
    return float(np.mean(shares))


def _head(module: FaceModule, probes: Vectors, asked: Rows) -> float:
    """Everybody is learned from, so classes are people."""
    if not isinstance(module.loss, PeopleLoss):
        return 0.0
    answers = module.loss.scores(torch.from_numpy(probes)).detach().numpy().argmax(axis=1)
    return float((answers == asked).mean())


def _centroids(gallery: Vectors, owners: Rows) -> Vectors:
    means = np.stack([gallery[owners == one].mean(axis=0) for one in np.unique(owners)])
    unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def _missed(centroids: Vectors, probes: Vectors, asked: Rows, strangers: Vectors) -> float:
    """FNIR at `FALSE_NAMES` FPIR, the threshold being that of these very strangers."""
    threshold = np.quantile((strangers @ centroids.T).max(axis=1), 1 - FALSE_NAMES)
    scores = probes @ centroids.T
    named = (scores.argmax(axis=1) == asked) & (scores.max(axis=1) >= threshold)
    return float(1 - named.mean())


def _rows(before: Figures, after: Figures, how: str, strangers: str) -> list[Row]:
    def row(what: str, name: str, note: str = "") -> Row:
        old, new = getattr(before, name), getattr(after, name)
        better = new <= old if name == "missed" else new >= old
        return Row(
            what=f"fine-tune, {what}",
            must="no worse than before",
            measured=f"{new:.4f} (before {old:.4f})",
            met=bool(better),
            note=note,
        )

    return [
        row("LFW, people with >= 10 pictures, by centroids", "centroid", how),
        row("the same enrolled with one picture", "one_picture", f"mean of {DRAWS} draws"),
        row("the same by the loss's directions", "head", "before: centroids of 8 pictures"),
        row("pairs of their kept pictures", "pairs", "ten folds, as LFW's"),
        row(f"missed at {FALSE_NAMES:.0%} of strangers named", "missed", strangers),
        row("pairs of people not learned from", "stranger_pairs", strangers),
    ]
