"""Read the arrays of a joblib file without trusting it: what is pickled there is never run.

Some weights are published only as lists of arrays written by joblib: a pickle whose array records
are each followed by the array's raw bytes. Here every class that such a file names is replaced by
an inert record of its arguments, and any other class is refused.
"""

import io
import pickle
from types import MappingProxyType
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playbill.errors import ModelError

MAX_BYTES = 1 << 26


def read_arrays(data: bytes, name: str) -> list[NDArray[np.float32]]:
    """The float32 arrays that `data` lists, in order; `name` is what messages call it.

    Raises:
        ModelError: the data is damaged, names anything but float32 arrays, or more than 64 MB.
    """
    try:
        arrays = _ArrayUnpickler(io.BytesIO(data), name).load()
    except ModelError:
        raise
    except Exception as error:  # a damaged pickle may raise whatever it likes
        raise ModelError(f"{name}: the weights are damaged: {error!r}") from error
    if not isinstance(arrays, list) or not all(isinstance(a, np.ndarray) for a in arrays):
        raise ModelError(f"{name}: the weights must be a list of arrays, found {type(arrays)}")
    return arrays


class _Named:
    """Stands in for a class that is only named."""


class _Dtype:
    """Stands in for `numpy.dtype`: keeps what it was made of."""

    def __init__(self, code: str, *_: object) -> None:
        self.code = code
        self.byte_order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.byte_order = state[1]


class _ArrayRecord:
    """Stands in for joblib's `NumpyArrayWrapper`: what the raw bytes after it are."""

    shape: tuple[int, ...]
    order: str
    dtype: _Dtype
    numpy_array_alignment_bytes: int | None = None

    def read(self, file: IO[bytes], name: str) -> NDArray[np.float32]:
        if (self.dtype.code, self.dtype.byte_order, self.order) != ("f4", "<", "C"):
            raise ModelError(
                f"{name}: weights must be little-endian float32 in C order, found "
                f"{self.dtype.byte_order}{self.dtype.code} in {self.order} order"
            )
        if self.numpy_array_alignment_bytes is not None:
            file.read(file.read(1)[0])  # how many bytes of padding follow, and the padding
        count = int(np.prod(self.shape, dtype=np.int64))
        if not 0 <= 4 * count <= MAX_BYTES:
            raise ModelError(f"{name}: an array of shape {self.shape} is more than {MAX_BYTES} B")
        data = file.read(4 * count)
        return np.frombuffer(data, "<f4", count).astype(np.float32).reshape(self.shape)


_STAND_INS = MappingProxyType(
    {
        ("joblib.numpy_pickle", "NumpyArrayWrapper"): _ArrayRecord,
        ("numpy", "ndarray"): _Named,
        ("numpy", "dtype"): _Dtype,
    }
)
_Unpickler: Any = pickle._Unpickler  # noqa: SLF001 - see below


class _ArrayUnpickler(_Unpickler):  # type: ignore[misc]
    """Admits the three names that joblib's array files hold, as inert records.

    The unpickler of the standard library in Python, since the one in C cannot stop between two
    instructions to read raw bytes; joblib does the same.
    """

    dispatch: ClassVar[dict[int, Any]] = dict(_Unpickler.dispatch)

    def __init__(self, file: IO[bytes], name: str) -> None:
        super().__init__(file)
        self.file = file
        self.name = name

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _STAND_INS:
            raise ModelError(f"{self.name}: the weights name {module}.{name}, only arrays may be")
        return _STAND_INS[module, name]

    def load_build(self) -> None:
        super().load_build()
        if isinstance(self.stack[-1], _ArrayRecord):
            self.append(self.stack.pop().read(self.file, self.name))

    dispatch[pickle.BUILD[0]] = load_build
