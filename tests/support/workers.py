"""Networks for workers in processes of their own: quick, and with the faults that a test needs.

Openers travel by name; what they are told beside the settings is in the environment.
"""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from playbill.core.detections import Detections
from playbill.core.frame import Frame
from playbill.core.labels import COCO_80
from playbill.core.limits import ScoreLimits
from playbill.core.ports import ObjectDetector
from playbill.core.run import ModelUse
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from tests.support.fakes import BlueIsADog, BrightnessFaces, ColourEmbedder, use_of

DELAY = "PLAYBILL_TEST_DELAY_S"


def open_fakes(settings: AnalysisSettings) -> Analyzer:
    """Each frame takes as long as the environment says."""
    return _with(SlowDogs(), settings)


def open_broken(settings: AnalysisSettings) -> Analyzer:
    """Fails at blue pictures."""
    return _with(Trouble("break"), settings)


def open_deadly(settings: AnalysisSettings) -> Analyzer:
    """Kills its process at blue pictures, as a decoder may."""
    return _with(Trouble("die"), settings)


def open_greedy(settings: AnalysisSettings) -> Analyzer:
    """Takes 600 MiB at blue pictures, and time."""
    return _with(Trouble("eat"), settings)


def open_starved(settings: AnalysisSettings) -> Analyzer:
    """Gets no memory at blue pictures."""
    return Analyzer(
        Networks(BrightnessFaces(), ColourEmbedder(), Trouble("starve")), None, settings
    )


def open_stuck(settings: AnalysisSettings) -> Analyzer:
    """Never comes back from blue pictures."""
    return _with(Trouble("hang"), settings)


def _with(objects: ObjectDetector, settings: AnalysisSettings) -> Analyzer:
    return Analyzer(Networks(BrightnessFaces(), ColourEmbedder(), objects), None, settings)


@dataclass
class SlowDogs(BlueIsADog):
    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        time.sleep(float(os.environ.get(DELAY, "0")) * len(frames))
        return super().detect(frames)


@dataclass
class Trouble:
    """Finds nothing, and does as it is told at pictures that are mostly blue."""

    what: str
    labels: tuple[str, ...] = COCO_80
    use: ModelUse = field(default_factory=lambda: use_of("object-detection"))
    limits: ScoreLimits = ScoreLimits.same(80, 0.5)  # noqa: RUF009 - frozen

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        means = [frame.image.mean(axis=(0, 1)) for frame in frames]
        if any(mean.argmax() == 2 and mean[2] > 100 for mean in means):
            self._do()
        return [Detections.empty(COCO_80) for _ in frames]

    def _do(self) -> None:
        match self.what:
            case "break":
                raise RuntimeError("blue is too much")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "eat":
                meal = bytearray(600 * 2**20)
                meal[::4096] = b"x" * len(meal[::4096])
                time.sleep(5)
            case "hang":
                time.sleep(600)
            case "starve":
                raise MemoryError
