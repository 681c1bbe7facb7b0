"""Distils into a folder, in a process that a test can kill: `python -m ... SOURCES FOLDER`."""

import sys
from pathlib import Path

import torch

from playbill.models.store import ModelStore
from playbill.training.distil.run import distil
from playbill.training.distil.settings import DistilRequest, DistilSettings
from playbill.training.settings import LoopSettings
from playbill.training.trained_model import Origin

STEPS = 12


def main(sources: str, folder: str) -> None:
    torch.use_deterministic_algorithms(mode=True)
    request = DistilRequest(
        teacher="facenet_vggface2",
        sources=(Path(sources),),
        held_out=frozenset({"John Simm"}),
        settings=DistilSettings(batch=32),
        loop=LoopSettings(
            steps=STEPS,
            optimiser="muon",
            learning_rate=2e-3,
            ema=0.9,
            log_every=1,
            checkpoint_every_s=2,
        ),
    )
    distil(request, Path(folder), "johns", Origin("MIT", "a test"), store=ModelStore.default())


if __name__ == "__main__":
    main(*sys.argv[1:])
