"""Who a whole track is: strangers, and known people half of whose faces are bad.

Pictures of LFW stand in for the faces of a track. They differ more than the frames of a shot do, so
pooling them helps strangers more than it does in video: the figure is on the careful side.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from benchmarks.faces import apart, embed_folder
from benchmarks.identification import binomial_range
from benchmarks.rows import Row
from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.labels import COCO_80
from playbill.core.ports import Recogniser
from playbill.evaluation.faces.embedding import EmbeddedPeople
from playbill.evaluation.faces.in_use import gallery_of, open_fitted
from playbill.pipeline.findings import Findings
from playbill.pipeline.likeness import Alike
from playbill.pipeline.naming import name_faces
from playbill.recognition.fitting import STRANGER_RATE
from playbill.recognition.network_scores import NetworkScores

LENGTH = 8
GALLERIES = ((2, 20), (20, 20), (200, 10))
"""People enrolled, and how many galleries of so many."""
Ids = NDArray[np.int64]


def run() -> list[Row]:
    """A row for strangers and one for known people, for each size of gallery."""
    lfw, scores = apart(embed_folder("lfw"))[0]
    return [row for people, times in GALLERIES for row in _rows(lfw, scores, people, times)]


def _rows(lfw: EmbeddedPeople, scores: NetworkScores, people: int, times: int) -> list[Row]:
    random = np.random.default_rng(people)
    strangers, known = [], []
    alike = Alike.of(scores.strangers, scores.cohort)
    for _ in range(times):
        recogniser, left = _gallery(lfw, scores, people, random)
        names = {person.name for person in recogniser.people}
        for name, rows in left.items():
            vectors = lfw.vectors[rows[:LENGTH]]
            if name not in names:
                strangers.append(_answer(vectors, recogniser, alike) is not None)
            elif len(rows) >= LENGTH // 2:
                known.append(_answer(_half_spoilt(vectors, random), recogniser, alike) == name)
    high = binomial_range(STRANGER_RATE, len(strangers))[1] / len(strangers)
    return [
        Row(
            what=f"stranger's track named, gallery of {people}",
            must=f"<= {STRANGER_RATE:.0%} (binomial: up to {high:.2%})",
            measured=f"{np.mean(strangers):.2%}",
            met=bool(np.mean(strangers) <= high),
            note=f"{len(strangers)} tracks of {LENGTH} LFW pictures, {times} galleries",
        ),
        Row(
            what=f"known person's track named right, gallery of {people}",
            must="(none)",
            measured=f"{np.mean(known):.1%}",
            met=True,
            note=f"{len(known)} tracks, half of the faces spoilt by noise of twice their length",
        ),
    ]


def _gallery(
    lfw: EmbeddedPeople, scores: NetworkScores, people: int, random: np.random.Generator
) -> tuple[Recogniser, dict[str, Ids]]:
    """Enrol two pictures of each of so many people; the other pictures of everybody with enough."""
    names = lfw.pictures.names
    rows = {name: np.flatnonzero(lfw.people == i) for i, name in enumerate(names)}
    some = [name for name, mine in rows.items() if len(mine) >= 2 + LENGTH // 2]
    chosen = [str(name) for name in random.permutation(some)[: min(people, len(some)) // 2]]
    others = random.permutation([name for name in names if str(name) not in chosen])
    chosen += [str(name) for name in others[: people - len(chosen)]]
    enrolled: list[Ids] = []
    left = {name: mine for name, mine in rows.items() if len(mine) >= LENGTH}
    for name in chosen:
        mine = random.permutation(rows[name])
        left[name] = mine[2:]
        enrolled.append(mine[:2])
    gallery = gallery_of(lfw, np.concatenate(enrolled))
    return open_fitted(gallery, scores), left


def _answer(vectors: NDArray[np.float32], recogniser: Recogniser, alike: Alike) -> str | None:
    """Whom the pipeline takes a face for that stays in place and looks like `vectors` in turn."""
    face = Faces(
        np.array([[0, 0, 40, 40]], np.float32),
        np.ones(1, np.float32),
        np.full((1, 5, 2), 20, np.float32),
    )
    shot = [
        Findings(
            i, Fraction(i), Detections.empty(COCO_80), face, Embeddings(row[None], recogniser.space)
        )
        for i, row in enumerate(vectors)
    ]
    answers = [match for (match,) in name_faces(shot, recogniser, alike).matches]
    names = [match.person.name for match in answers if match and match.person]
    return max(sorted(set(names)), key=names.count, default=None)


def _half_spoilt(vectors: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    noise = random.standard_normal(vectors.shape).astype(np.float32)
    noise *= 2 / np.linalg.norm(noise, axis=1, keepdims=True)
    noise[::2] = 0
    spoilt = vectors + noise
    return np.asarray(spoilt / np.linalg.norm(spoilt, axis=1, keepdims=True), np.float32)
