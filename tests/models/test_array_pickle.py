import io
import os
import pickle
from pathlib import Path

import joblib  # type: ignore[import-untyped]
import numpy as np
import pytest

from playbill.errors import ModelError
from playbill.models.array_pickle import read_arrays


def joblib_file(value: object) -> bytes:
    file = io.BytesIO()
    joblib.dump(value, file)
    return file.getvalue()


class Malicious:
    """What a pickle runs when it is opened."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.target),)


def test_arrays_that_joblib_wrote_are_read() -> None:
    shapes = [(2, 3, 4), (1, 1), (0, 3)]
    arrays = [np.arange(np.prod(shape), dtype=np.float32).reshape(shape) for shape in shapes]

    read = read_arrays(joblib_file(arrays), "weights")

    for array, found in zip(arrays, read, strict=True):
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.float32


def test_a_pickle_that_runs_something_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    target = tmp_path / "made"

    with pytest.raises(ModelError, match=r"weights: the weights name posix\.mkdir, only arrays"):
        read_arrays(pickle.dumps([Malicious(target)]), "weights")
    assert not target.exists()


def test_something_to_run_between_good_arrays_is_refused(tmp_path: Path) -> None:
    mixed = [np.ones(3, np.float32), Malicious(tmp_path / "made"), np.ones(3, np.float32)]

    with pytest.raises(ModelError, match=r"posix\.mkdir"):
        read_arrays(joblib_file(mixed), "weights")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "name",
    ["builtins.eval", "numpy.load", "numpy._core.multiarray._reconstruct", "joblib.load"],
)
def test_no_other_name_is_admitted(name: str) -> None:
    module, _, function = name.rpartition(".")
    program = f"c{module}\n{function}\n(V1\ntR.".encode()

    with pytest.raises(ModelError, match="only arrays may be"):
        read_arrays(program, "weights")


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    hidden = np.array([Malicious(tmp_path / "made")], dtype=object)

    with pytest.raises(ModelError, match="weights must be little-endian float32"):
        read_arrays(joblib_file([hidden]), "weights")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("dtype", [">f4", "<f8", "<i4"])
def test_arrays_of_other_numbers_are_refused(dtype: str) -> None:
    with pytest.raises(ModelError, match="must be little-endian float32"):
        read_arrays(joblib_file([np.ones(3, dtype)]), "weights")


def test_every_cut_is_refused() -> None:
    data = joblib_file([np.arange(6, dtype=np.float32), np.arange(4, dtype=np.float32)])

    for length in range(len(data)):
        with pytest.raises(ModelError, match="weights: "):
            read_arrays(data[:length], "weights")


def test_an_array_that_claims_to_be_huge_is_refused() -> None:
    data = joblib_file([np.zeros(255, np.float32)])
    shape = data.index(b"shape")
    at = data.index(b"K\xff", shape)
    huge = data[:at] + b"J\xff\xff\xff\x7f" + data[at + 2 :]

    with pytest.raises(ModelError, match="weights: "):
        read_arrays(huge, "weights")


@pytest.mark.parametrize("value", [{"a": 1}, 3, "text", [1, 2]])
def test_anything_but_a_list_of_arrays_is_refused(value: object) -> None:
    with pytest.raises(ModelError, match="must be a list of arrays"):
        read_arrays(pickle.dumps(value), "weights")
