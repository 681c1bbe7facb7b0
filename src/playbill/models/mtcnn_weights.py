"""Where MTCNN's three networks come from: a store, or the installed package `mtcnn`.

Both hold the same numbers (those of davidsandberg/facenet). The package's weights are read as data
files; importing it would ask for TensorFlow.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import lz4.frame
import numpy as np
from numpy.typing import NDArray

from playbill.errors import ModelError
from playbill.models import mtcnn_graphs
from playbill.models.array_pickle import read_arrays
from playbill.models.cards import ModelCard, joint_sha256
from playbill.models.store import ModelStore

PACKED = ".lz4"
"""How the package's files end."""


class MtcnnNetworks(NamedTuple):
    """The bytes of three ONNX files.

    Input `input` (n, 3, h, w) RGB, (x - 127.5) / 128. Outputs `reg` (n, 4, ...) shifts of left,
    top, right, bottom in sides of the box, `prob` (n, 2, ...) of no face and of a face, and of the
    last network `landmarks` (n, 10), five x and then five y, in sides of the box.
    """

    pnet: bytes
    rnet: bytes
    onet: bytes
    sha256: str
    """Of the files that were read, see `cards.joint_sha256`."""


def read_networks(card: ModelCard, store: ModelStore) -> MtcnnNetworks:
    """MTCNN out of the store, or else out of the installed package that the card names.

    Raises:
        ModelNotFound: neither has it.
        ModelAltered: a file's bytes are not those of the card.
        ModelError: the card lists other than three files, or weights are damaged.
    """
    paths, digest = _files(card, store)
    makers = (mtcnn_graphs.pnet, mtcnn_graphs.rnet, mtcnn_graphs.onet)
    pnet, rnet, onet = (_network(path, make) for path, make in zip(paths, makers, strict=True))
    return MtcnnNetworks(pnet, rnet, onet, digest)


def read_last_network(card: ModelCard, store: ModelStore) -> tuple[bytes, str]:
    """The third network alone, and the SHA-256 of all; errors as above."""
    paths, digest = _files(card, store)
    return _network(paths[2], mtcnn_graphs.onet), digest


def _files(card: ModelCard, store: ModelStore) -> tuple[tuple[Path, ...], str]:
    """The three files, of the store or of the package, and their joint SHA-256."""
    from_package = card.package is not None and not store.has(card)
    paths = store.package_files(card) if from_package else store.files(card)
    if len(paths) != 3:
        raise ModelError(f"{card.name}: MTCNN has three networks, the card lists {len(paths)}")
    listed = card.package.files if card.package and from_package else card.files
    return paths, joint_sha256(listed)


def _network(path: Path, make: Callable[[mtcnn_graphs.Weights], bytes]) -> bytes:
    """The bytes of an ONNX file, or one made of the package's weights."""
    return make(read_weights(path)) if path.suffix == PACKED else path.read_bytes()


def read_weights(path: Path) -> list[NDArray[np.float32]]:
    """The arrays of one of the package's `.lz4` files.

    Raises:
        ModelError: it is damaged, or holds anything but arrays.
    """
    try:
        data = lz4.frame.decompress(path.read_bytes())
    except RuntimeError as error:
        raise ModelError(f"{path}: the weights are damaged: {error}") from error
    return read_arrays(data, str(path))
