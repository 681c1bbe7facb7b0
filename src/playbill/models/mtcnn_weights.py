"""Where MTCNN's three networks come from: a store, or the installed package `mtcnn`.

Both hold the same numbers (those of davidsandberg/facenet). The package's weights are read as data
files; importing it would ask for TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from playbill.errors import ModelError
from playbill.models.array_pickle import read_arrays
from playbill.models.cards import ModelCard, joint_sha256
from playbill.models.graph import Graph
from playbill.models.store import ModelStore

Stage = Literal["pnet", "rnet", "onet"]
STAGES: tuple[Stage, ...] = get_args(Stage)
OUTPUTS: MappingProxyType[Stage, tuple[str, ...]] = MappingProxyType(
    {"pnet": ("reg", "prob"), "rnet": ("reg", "prob"), "onet": ("reg", "prob", "landmarks")}
)


@dataclass(frozen=True, slots=True)
class MtcnnNetworks:
    """Three networks, whose files are good and not read yet.

    Input `input` (n, 3, h, w) RGB, (x - 127.5) / 128. Outputs `reg` (n, 4, ...) shifts of left,
    top, right, bottom in sides of the box, `prob` (n, 2, ...) of no face and of a face, and of the
    last network `landmarks` (n, 10), five x and then five y, in sides of the box.
    """

    paths: tuple[Path, ...]
    """Of the three, in the order of `STAGES`."""
    are_weights: bool
    """The files hold weights alone, as the package has them, and no ONNX."""
    sha256: str
    """Of the files, see `cards.joint_sha256`."""

    def onnx(self, stage: Stage) -> bytes:
        """The bytes of one ONNX file.

        Raises:
            ModelError: weights are damaged.
        """
        path = self.paths[STAGES.index(stage)]
        if not self.are_weights:
            return path.read_bytes()
        from playbill.models import mtcnn_graphs  # noqa: PLC0415 - see `graph`

        makers = {"pnet": mtcnn_graphs.pnet, "rnet": mtcnn_graphs.rnet, "onet": mtcnn_graphs.onet}
        return makers[stage](read_weights(path))


def read_networks(card: ModelCard, store: ModelStore) -> MtcnnNetworks:
    """MTCNN out of the store, or else out of the installed package that the card names.

    Raises:
        ModelNotFound: neither has it.
        ModelAltered: a file's bytes are not those of the card.
        ModelError: the card lists other than three files.
    """
    from_package = card.package is not None and not store.has(card)
    paths = store.package_files(card) if from_package else store.files(card)
    if len(paths) != 3:
        raise ModelError(f"{card.name}: MTCNN has three networks, the card lists {len(paths)}")
    files = card.package.files if card.package and from_package else card.files
    return MtcnnNetworks(paths, from_package, joint_sha256(files))


def mtcnn_graph(
    networks: MtcnnNetworks, stage: Stage, card: ModelCard, outputs: Sequence[str]
) -> Graph:
    """One of the three networks, for pictures as they are; the first with one map for an answer."""
    name = f"{card.name} {stage}"

    def make() -> bytes:
        from playbill.models.picture_input import taking_pictures  # noqa: PLC0415 - see `graph`
        from playbill.models.pnet_map import with_one_map  # noqa: PLC0415

        network = taking_pictures(networks.onnx(stage), name, card.input, outputs)
        return with_one_map(network, name) if stage == "pnet" else network

    return Graph.of(make, networks.sha256, card.input, stage, tuple(outputs))


def read_weights(path: Path) -> list[NDArray[np.float32]]:
    """The arrays of one of the package's `.lz4` files.

    Raises:
        ModelError: it is damaged, or holds anything but arrays.
    """
    import lz4.frame  # noqa: PLC0415 - see `graph`

    try:
        data = lz4.frame.decompress(path.read_bytes())
    except RuntimeError as error:
        raise ModelError(f"{path}: the weights are damaged: {error}") from error
    return read_arrays(data, str(path))
