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
    told: list[int] = []
    loop = Loop(
        LineTask(), SETTINGS, Path(folder), network="line", hook=lambda one: told.append(one.step)
    )
    loop.run()
    weights = [float(values.detach().sum()) for values in loop.trained.parameters()]
    rank = loop.fabric.global_rank
    (Path(folder) / f"rank-{rank}.txt").write_text(repr(weights))
    (Path(folder) / f"told-{rank}.txt").write_text(repr(told))
    loop.end_others()
    (Path(folder) / f"network-{rank}.txt").write_text("written")


if __name__ == "__main__":
    main(sys.argv[1])
