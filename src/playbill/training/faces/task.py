"""Learn to tell people apart by labelled faces: the task of `playbill train faces`."""

import numpy as np
import torch
from torch import Tensor, nn

from playbill.core.frame import Image
from playbill.errors import DatasetError
from playbill.training.faces.augment import augmented
from playbill.training.faces.holding import HeldFaces
from playbill.training.faces.judging import as_tensor, centroids, judge
from playbill.training.faces.losses import PeopleLoss, loss_kind
from playbill.training.faces.module import FaceModule
from playbill.training.faces.samples import BalancedOrder, FaceSamples, Rows, ShuffledOrder
from playbill.training.faces.settings import FaceTrainingSettings
from playbill.training.faces.split import FaceSplit, split_faces


class SupervisedFaces:
    """A `Task`: a loss over people, on faces cut out of their pictures."""

    def __init__(  # noqa: PLR0917 - each is another kind of thing
        self,
        samples: FaceSamples,
        embedder: nn.Module,
        size_px: int,
        settings: FaceTrainingSettings,
        split: FaceSplit | None = None,
        held: HeldFaces | None = None,
    ) -> None:
        """Keep faces apart and put the loss beside `embedder`.

        Args:
            samples: all faces.
            embedder: the network to train.
            size_px: the side of what it sees.
            settings: how.
            split: what is kept apart; None: drawn as `settings` say.
            held: where `settings.hold` is to keep faces; None: nowhere.

        Raises:
            DatasetError: there are too few people for batches of several pictures each.
        """
        self.samples, self.settings, self.size_px = samples, settings, size_px
        self.held = held
        people, seed = samples.people, settings.seed
        self.split = split or split_faces(
            people, kept=settings.kept, strangers=settings.strangers, seed=seed
        )
        learned = people[self.split.learned]
        self._classes = np.unique(learned)
        self._order = _order(self.split.learned, learned, settings)
        torch.manual_seed(seed)
        loss = loss_kind(settings.loss).build(len(self._classes), embedding_size(embedder, size_px))
        self.module = FaceModule(embedder, loss, freeze_norm=settings.freeze_norm)

    def imprint(self) -> None:
        """Point the loss's directions at where the network puts its people already."""
        if isinstance(self.module.loss, PeopleLoss):
            embedder = self.module.embedder.eval()
            found = centroids(embedder, self.samples, self.split.learned, self.size_px)
            self.module.loss.point_at(torch.from_numpy(found))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the people that are learned from, as the loss counts them."""
        return tuple(self.samples.names[person] for person in self._classes)

    @property
    def steps_an_epoch(self) -> int:
        """Steps in which as many faces are seen as there are to learn from."""
        return -(-len(self.split.learned) // self._order.batch)

    def batch(self, step: int) -> tuple[Tensor, ...]:
        """(n, 3, size, size) uint8, (k,) people of the first k, (n, d) where they are to be held.

        A pure function of (seed, step); the last is not there if faces are held nowhere.
        """
        rows = self._order.rows(step)
        faces = list(self.samples.pictures[rows])
        others = np.empty(0, np.int64)
        if self.held is not None:
            random = np.random.default_rng((self.settings.seed, step, 0x401D))
            others = random.integers(len(self.held.pictures), size=self._unnamed)
            faces += list(self.held.pictures[others])
        pictures = as_tensor([self._view(face, step, place) for place, face in enumerate(faces)])
        people = torch.from_numpy(np.searchsorted(self._classes, self.samples.people[rows]))
        if self.held is None:
            return pictures, people
        wanted = np.concatenate([self.held.named[rows], self.held.unnamed[others]])
        return pictures, people, torch.from_numpy(wanted)

    def loss(
        self, module: nn.Module, batch: tuple[Tensor, ...]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss over people, and beside it what it costs to have moved away, if that counts."""
        people, moved = module(*batch)
        if self.held is None:
            return people, {}
        return people + self.settings.hold * moved, {"people": people, "moved": moved}

    def evaluate(self, module: nn.Module) -> dict[str, float]:
        """See `judging.judge`."""
        if not isinstance(module, FaceModule):
            raise TypeError(f"expected the FaceModule of this task, got {type(module).__name__}")
        return judge(module, self.samples, self.split, self.size_px, self.settings.seed)

    @property
    def _unnamed(self) -> int:
        """Faces without a name in a batch."""
        return self.settings.unnamed if self.held is not None and len(self.held.pictures) else 0

    def _view(self, face: Image, step: int, place: int) -> Image:
        random = np.random.default_rng((self.settings.seed, step, place))
        return augmented(face, self.size_px, random, self.settings.augmentation)


def embedding_size(embedder: nn.Module, size_px: int) -> int:
    """How many numbers `embedder` makes of a picture."""
    before = embedder.training
    device = next(embedder.parameters()).device
    with torch.inference_mode():
        shape = embedder.eval()(torch.zeros(1, 3, size_px, size_px, device=device)).shape
    embedder.train(before)
    return int(shape[1])


def _order(
    rows: Rows, people: Rows, settings: FaceTrainingSettings
) -> ShuffledOrder | BalancedOrder:
    if not (settings.balanced or loss_kind(settings.loss).needs_balance):
        return ShuffledOrder(rows, settings.batch, settings.seed)
    wanted, found = settings.batch // settings.each, len(np.unique(people))
    if not 2 <= wanted <= found:
        raise DatasetError(
            f"batches of {settings.batch} with {settings.each} pictures a person need {wanted} "
            f"people, expected 2 at least and at most the {found} that are learned from"
        )
    return BalancedOrder(rows, people, wanted, settings.each, settings.seed)
