"""Training a YuNet on faces that two detectors agree on: the task of `train face-detector`."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from playbill.models.yolox import grid_cells
from playbill.training.face_detection.collecting import LookedAt
from playbill.training.face_detection.judging import measure, to_input
from playbill.training.face_detection.losses import Cells, face_loss
from playbill.training.face_detection.views import Views
from playbill.training.networks.yunet import YuNet


class FaceDetection:
    """A `Task`."""

    def __init__(
        self, network: YuNet, views: Views, held_out: Sequence[LookedAt], *, batch: int, side: int
    ) -> None:
        """`views` are of `side` x `side` pixels."""
        self.module: nn.Module = network
        self._views, self._held_out, self._batch = views, held_out, batch
        corners, strides = grid_cells((side, side))
        self._cells = Cells(torch.from_numpy(corners), torch.from_numpy(strides))

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """(n, 3, side, side) BGR, and (n, MAX_FACES, 15) what is in them, see `Views.make`."""
        views, rows = self._views.make(step, self._batch)
        return to_input(views), torch.from_numpy(rows)

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """See `Task`: whether a face is there, how a box fits, boxes and landmarks."""
        pictures, rows = batch
        cells = Cells(*(each.to(pictures.device) for each in self._cells))
        return face_loss(module(pictures).float(), rows, cells)

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """See `Task`: average precision on the pictures held out; nothing where there are none."""
        if not isinstance(module, YuNet):
            raise TypeError(f"expected a YuNet, got {type(module).__name__}")
        return measure(module, self._held_out) if self._held_out else {}
