"""Trains a line in as many processes as torchrun starts: `python -m ... FOLDER`."""

import sys
from pathlib import Path

from playbill.training.loop import Loop
from playbill.training.settings import LoopSettings
from tests.support.trainings import LineTask

SETTINGS = LoopSettings(
    steps=60, learning_rate=0.1, weight_decay=0, log_every=10, precision="float32", ema=0.5
)


def main(folder: str) -> None:
    loop = Loop(LineTask(), SETTINGS, Path(folder), network="line")
    loop.run()
    weights = [float(values.detach().sum()) for values in loop.trained.parameters()]
    (Path(folder) / f"rank-{loop.fabric.global_rank}.txt").write_text(repr(weights))


if __name__ == "__main__":
    main(sys.argv[1])
