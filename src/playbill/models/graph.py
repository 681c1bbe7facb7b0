"""A network that is made only where no compiled one is kept, and what decides how it comes out.

Making one takes `onnx`, whose import alone is slower than a kept network; so whoever opens networks
imports what makes them in the function that does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from playbill.models.cards import ModelCard

PICTURES = "pictures"
"""The input of every graph that takes pictures as they are."""
MAP = "map"
"""MTCNN's first network's output: (n, 5, rows, columns) four shifts, and a face's logit."""


@dataclass(frozen=True, slots=True)
class Graph:
    """An ONNX network, not made yet."""

    made_of: str
    """A digest of all that decides its bytes: same digest, same network."""
    make: Callable[[], bytes]

    @classmethod
    def of(cls, make: Callable[[], bytes], *parts: object) -> "Graph":
        """What `make` makes of `parts`: digests of files, contracts of cards, names of outputs.

        The code of this package is a part of every graph, so that a change of it is never met by a
        network from before.
        """
        told = "\n".join([code_digest(), *map(repr, parts)])
        return cls(sha256(told.encode()).hexdigest(), make)


def picture_graph(card: ModelCard, path: Path, outputs: Sequence[str] = ()) -> Graph:
    """The network at `path`, which is the first file of `card`, for pictures as they are."""

    def make() -> bytes:
        from playbill.models.picture_input import taking_pictures  # noqa: PLC0415 - see above

        return taking_pictures(path.read_bytes(), card.name, card.input, outputs)

    return Graph.of(make, card.files[0].sha256, card.input, tuple(outputs))


@cache
def code_digest() -> str:
    """Of the source of this package; it is read once."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
