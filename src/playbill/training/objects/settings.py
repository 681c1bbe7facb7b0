"""How object networks are trained, beside what the loop decides."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playbill.core.labels import COCO_80
from playbill.training.settings import LoopSettings

Mining = Literal["focal", "hard"]
ObjectNetworkName = Literal["ssd-mobilenet-v1", "ssdlite-mobilenet-v3", "yolox-nano"]


@dataclass(frozen=True, slots=True)
class ObjectTraining:
    """What is to be made of what."""

    datasets: tuple[Path, ...]
    """Data sets of labelled pictures, see `datasets.opening`."""
    network: ObjectNetworkName = "ssd-mobilenet-v1"
    """A key of `run.TRAINEES`."""
    start: str | None = None
    """A model that the store knows; None: from nothing."""
    labels: tuple[str, ...] = COCO_80
    held_out: float | Path = 0.1
    """What is evaluated on: a share of the pictures, or a data set of its own."""
    drop_others: bool = False
    """Leave out objects of labels that are not trained, instead of refusing them."""
    teacher: str | None = None
    """YOLOX: an object network that the store knows; what it says is learnt in place of labels."""
    more: tuple[Path, ...] = ()
    """YOLOX: further pictures that a teacher is shown, files or folders; nothing is labelled."""
    side: int = 608
    """YOLOX: width and height of what it sees of pictures; other kinds have their own."""
    mining: Mining = "focal"
    """SSD."""
    min_nearest: float = 0.0
    """SSD: objects are left alone that no prior box overlaps by this much (IoU); 0: none. In the
    paper each has its nearest one, however far: needed from nothing, harmful to a fine-tuning."""
    frozen: int = 0
    """How many units of the network stay as they are, from the picture upwards."""
    batch: int = 16
    augment: bool = True
    """Crop, expand, mirror and recolour."""
    loop: LoopSettings = field(default_factory=LoopSettings)
