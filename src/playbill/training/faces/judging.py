"""How well a face network does on faces kept apart, while it is trained."""

import numpy as np
import torch
from torch import Tensor, nn

from playbill.training.faces.augment import plain
from playbill.training.faces.losses import PeopleLoss
from playbill.training.faces.measures import Vectors, first_share, half_share, pair_share
from playbill.training.faces.module import FaceModule, as_input
from playbill.training.faces.samples import FaceSamples, Rows
from playbill.training.faces.split import FaceSplit

BATCH = 32
GALLERY_EACH = 8
"""Learned pictures of a person that make the centroid that kept ones are compared with."""
MAX_FACES = 2000
"""Of each kind that are looked at, so that evaluations stay short beside the training."""


def judge(
    module: FaceModule, samples: FaceSamples, split: FaceSplit, size_px: int, seed: int
) -> dict[str, float]:
    """Shares of right answers, those of them that the data allow.

    - `kept_first`: kept pictures of people that are learned from, by the nearest centroid;
    - `kept_head`: the same by the loss's own directions, where it has some;
    - `strangers_first`: people that are not learned from, half enrolled, half asked;
    - `strangers_pairs`: one of them or two, by a threshold found on others.

    Args:
        module: in evaluation mode.
        samples: all faces.
        split: which of them are kept apart.
        size_px: the side of what the network sees.
        seed: of what is drawn.
    """
    found: dict[str, float | None] = {}
    people = samples.people
    kept, strangers = (_some(rows, seed) for rows in (split.kept, split.strangers))
    if len(kept):
        gallery = _gallery(split.learned, people, np.unique(people[kept]))
        vectors = embed(module.embedder, samples, kept, size_px)
        enrolled = embed(module.embedder, samples, gallery, size_px)
        found["kept_first"] = first_share(enrolled, people[gallery], vectors, people[kept])
        found["kept_head"] = _head_share(module, vectors, people[split.learned], people[kept])
    if len(strangers):
        vectors = embed(module.embedder, samples, strangers, size_px)
        found["strangers_first"] = half_share(vectors, people[strangers], seed)
        found["strangers_pairs"] = pair_share(vectors, people[strangers], seed)
    return {name: share for name, share in found.items() if share is not None}


def embed(embedder: nn.Module, samples: FaceSamples, rows: Rows, size_px: int) -> Vectors:
    """(n, d) of length 1, of these rows as the network sees them in use."""
    device = next(embedder.parameters()).device
    parts = []
    for start in range(0, len(rows), BATCH):
        some = samples.pictures[rows[start : start + BATCH]]
        pictures = as_tensor([plain(face, size_px) for face in some]).to(device)
        with torch.inference_mode():
            parts.append(embedder(as_input(pictures)).float().cpu().numpy())
    vectors = np.concatenate(parts).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def centroids(embedder: nn.Module, samples: FaceSamples, rows: Rows, size_px: int) -> Vectors:
    """(people, d) of length 1: where the people of these rows lie, by the first few of each."""
    people = samples.people
    some = _gallery(rows, people, np.unique(people[rows]))
    vectors = embed(embedder, samples, some, size_px)
    means = np.stack([vectors[people[some] == one].mean(axis=0) for one in np.unique(people[some])])
    unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def as_tensor(faces: list[np.ndarray]) -> Tensor:
    """(h, w, 3) pictures to (n, 3, h, w), laid out as convolutions like it best."""
    return torch.from_numpy(np.stack(faces)).permute(0, 3, 1, 2)


def _head_share(module: FaceModule, vectors: Vectors, learned: Rows, people: Rows) -> float | None:
    if not isinstance(module.loss, PeopleLoss):
        return None
    device = next(module.parameters()).device
    with torch.inference_mode():
        answers = module.loss.scores(torch.from_numpy(vectors).to(device)).argmax(dim=1)
    return float((np.unique(learned)[answers.cpu().numpy()] == people).mean())


def _gallery(learned: Rows, people: Rows, wanted: Rows) -> Rows:
    """The first `GALLERY_EACH` learned rows of each of the wanted people."""
    rows = [learned[people[learned] == person][:GALLERY_EACH] for person in wanted]
    return np.concatenate(rows)


def _some(rows: Rows, seed: int) -> Rows:
    """At most `MAX_FACES` of them, drawn by chance."""
    if len(rows) <= MAX_FACES:
        return rows
    drawn = np.random.default_rng(seed).choice(rows, MAX_FACES, replace=False)
    return np.sort(drawn)
