"""Made-up faces to learn from: a person is a pattern of colours, a picture adds its own noise."""

import numpy as np
import torch
from torch import Tensor, nn

from playbill.training.faces.cutting import side_with_room
from playbill.training.faces.samples import FaceSamples

SIZE_PX = 16


def made_up_people(people: int, each: int, *, seed: int = 0) -> FaceSamples:
    """`each` pictures of `people`, with room around `SIZE_PX`."""
    random = np.random.default_rng(seed)
    side = side_with_room(SIZE_PX)
    patterns = random.integers(0, 256, (people, 4, 4, 3))
    owners = np.repeat(np.arange(people), each)
    pictures = np.kron(patterns[owners], np.ones((1, side // 4, side // 4, 1)))
    noise = random.normal(0, 20, pictures.shape)
    return FaceSamples(
        np.clip(pictures + noise, 0, 255).astype(np.uint8),
        owners,
        tuple(f"Person {person}" for person in range(people)),
        tuple(f"{owner}/{row}.png" for row, owner in enumerate(owners)),
    )


class TinyNetwork(nn.Module):
    """Faces of `SIZE_PX` to 8 numbers, with a norm as the real ones have."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.BatchNorm2d(8), nn.ReLU())
        self.head = nn.Linear(8 * 16, 8)

    def forward(self, faces: Tensor) -> Tensor:
        embeddings: Tensor = self.head(self.body(faces).flatten(1))
        return embeddings
