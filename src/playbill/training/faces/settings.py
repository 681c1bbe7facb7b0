"""How face networks are trained, beside what the loop decides; nothing here needs torch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playbill.training.faces.augment import DEFAULT, Augmentation
from playbill.training.settings import LoopSettings

FaceNetworkName = Literal["compact", "inception-resnet-v1", "inception-resnet-v2"]
LossName = Literal["softmax", "triplet", "arcface"]
MAX_IMAGES = 450
"""Of a person, as in the paper's first experiment."""
FROM_NOTHING_RATE, FINE_TUNE_RATE = 1e-3, 5e-5
"""Learning rates: the paper's, and one that keeps what is known (`benchmarks.fine_tune`)."""
FACES, UNNAMED, HELD, SPLIT = "faces", "unnamed", "held.npz", "split.json"
"""Where the cut faces lie, of people and of nobody in particular; where the start sees them; and
which of them is for what."""


@dataclass(frozen=True, slots=True)
class FaceTrainingSettings:
    """How faces are learned."""

    loss: LossName = "softmax"
    """A key of `losses.LOSSES`."""
    batch: int = 64
    balanced: bool = False
    """`each` pictures of `batch / each` people in every batch; triplets have it always."""
    each: int = 4
    seed: int = 0
    kept: float = 0.1
    """Share of each person's pictures that are kept apart."""
    strangers: float = 0.1
    """Share of the people that are kept apart."""
    freeze_norm: bool = False
    """Batch norms keep their running figures: for fine-tuning with small batches."""
    augmentation: Augmentation = DEFAULT
    hold: float = 0.0
    """Weight of how far embeddings move from where the start has them, beside the loss."""
    unnamed: int = 32
    """Faces without a name that come with each batch and are only held."""


@dataclass(frozen=True, slots=True)
class FaceTraining:
    """What is to be made of what."""

    dataset: Path
    """A folder of pictures for each person."""
    network: FaceNetworkName = "inception-resnet-v2"
    """A key of `networks.registry.FACE_NETWORKS`."""
    start: str | None = None
    """See `starts.started`."""
    split: Path | None = None
    """A split of `playbill dataset split`; None: drawn as `settings` say."""
    people_apart: frozenset[str] = frozenset()
    """People who are kept apart, by name, instead of `settings.strangers`."""
    without: Path | None = None
    """A list of pictures to leave out (`datasets.left_out`)."""
    unnamed: tuple[Path, ...] = ()
    """Folders of pictures whose faces are only held; folders of `people_apart` are passed over."""
    max_images: int = MAX_IMAGES
    """Of a person; others are left out, drawn by chance."""
    blend: float = 1.0
    """Share of the way from the start to where the training ends at which the network is taken."""
    epochs: float | None = None
    """How often each face is seen; None: `loop.steps` says when to stop."""
    settings: FaceTrainingSettings = field(default_factory=FaceTrainingSettings)
    loop: LoopSettings = field(default_factory=LoopSettings)
