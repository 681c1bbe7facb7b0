"""A student learns what a teacher says of faces without names: the task of `train distil`."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from playbill.core.frame import Image
from playbill.training.distil.settings import DistilSettings
from playbill.training.distil.views import Views
from playbill.training.faces.holding import Teacher
from playbill.training.faces.measures import half_share, pair_share
from playbill.training.faces.module import as_input

EVALUATED_AT_ONCE = 64


@dataclass(frozen=True, slots=True, eq=False)
class KeptFaces:
    """Faces that nothing is learned from."""

    crops: NDArray[np.uint8]
    """(n, h, w, 3) as the teacher sees them in use."""
    people: NDArray[np.int64]
    """(n,) whose they are."""


class Distillation:
    """A `Task`: the student's vectors turn to where the teacher's point (Hinton et al., 2015).

    The loss is 1 - cosine, and the squared error of all similarities within a batch (Park et al.,
    2019, "Relational knowledge distillation"): who is near to whom is what embeddings are for.
    """

    def __init__(  # noqa: PLR0917 - each is another kind of thing
        self,
        teacher: Teacher,
        student: nn.Module,
        size_px: int,
        views: Views,
        kept: KeptFaces,
        settings: DistilSettings,
    ) -> None:
        """`size_px`: the side of what the student sees; `views` are of the teacher's size."""
        self.module = student
        self._teacher, self._size_px = teacher, size_px
        self._views, self._kept, self._settings = views, kept, settings

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """(n, 3, h, w) uint8 views, and (n, d) what the teacher says of them, of length 1."""
        views = self._views.make(step, self._settings.batch)
        return self._seen(views), _unit(self._teacher.embed_crops(list(views)))

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss and its two parts."""
        pictures, wanted = batch
        found = normalize(module(as_input(pictures)).float())
        direction = (1 - (found * wanted).sum(dim=1)).mean()
        relations = (found @ found.T - wanted @ wanted.T).square().mean()
        total = direction + self._settings.relations * relations
        return total, {"direction": direction, "relations": relations}

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """On kept faces: the mean cosine to the teacher, and how well people are told apart.

        `pairs`: one person or two, at the best threshold for these pairs; `first`: half of each
        person's faces enrolled, half asked. Left out where there are no two people to tell apart.
        """
        if not len(self._kept.crops):
            return {}
        found = self._embedded(module)
        wanted = _unit(self._teacher.embed_crops(list(self._kept.crops))).numpy()
        measures: dict[str, float | None] = {"cosine": float((found * wanted).sum(axis=1).mean())}
        measures["pairs"] = pair_share(found, self._kept.people, self._settings.seed)
        measures["first"] = half_share(found, self._kept.people, self._settings.seed)
        return {name: value for name, value in measures.items() if value is not None}

    def _embedded(self, module: nn.Module) -> NDArray[np.float32]:
        device = next(module.parameters()).device
        parts = []
        for start in range(0, len(self._kept.crops), EVALUATED_AT_ONCE):
            some = self._seen(self._kept.crops[start : start + EVALUATED_AT_ONCE]).to(device)
            parts.append(normalize(module(as_input(some)).float()).cpu())
        return np.asarray(torch.cat(parts).numpy(), np.float32)

    def _seen(self, faces: NDArray[np.uint8]) -> Tensor:
        """What the student sees of the teacher's faces."""
        small = np.stack([_resized(face, self._size_px) for face in faces])
        return torch.from_numpy(small).permute(0, 3, 1, 2)


def _resized(face: Image, size_px: int) -> Image:
    if face.shape[0] == size_px:
        return face
    how = cv2.INTER_AREA if size_px < face.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(face, (size_px, size_px), interpolation=how), np.uint8)


def _unit(vectors: NDArray[np.float32]) -> Tensor:
    return normalize(torch.from_numpy(vectors))
