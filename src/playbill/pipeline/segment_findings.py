"""What was found in one segment of a medium: all that is needed of it to settle the whole."""

import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from itertools import pairwise
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.core.run import Coverage, ModelUse
from playbill.errors import ArchiveError
from playbill.pipeline.findings import Findings
from playbill.pipeline.findings_arrays import (
    KINDS,
    frames_from_arrays,
    frames_to_arrays,
    passage_from_arrays,
    passage_to_arrays,
)
from playbill.pipeline.segments import Segment
from playbill.pipeline.shots import Passage

SCHEMA = "playbill-segment/2"

_UNSOUND = (
    OSError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
    OverflowError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    TokenError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
"""What NumPy, `zipfile` and the values themselves raise over bytes that are not as they should."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentFindings:
    """The findings of a segment's frames, and what was seen on the way."""

    media_sha256: str
    segment: Segment
    frames: tuple[Findings, ...]
    """In order."""
    passage: Passage
    """Of all frames that were decoded, wanted or not."""
    coverage: Coverage
    decoder: str
    models: tuple[ModelUse, ...]
    """The networks as they ran."""
    seconds: float
    """Wall time."""

    def to_bytes(self) -> bytes:
        """A `.npz` of the arrays of `findings_arrays` and a JSON header; nothing is rounded."""
        header = {
            "schema": SCHEMA,
            "media": self.media_sha256,
            "segment": asdict(self.segment),
            "coverage": asdict(self.coverage),
            "decoder": self.decoder,
            "models": [asdict(use) for use in self.models],
            "seconds": self.seconds,
            "labels": self.frames[0].objects.labels if self.frames else [],
            "space": self._space(),
            "crops": any(found.crops is not None for found in self.frames),
        }
        text = np.frombuffer(json.dumps(header).encode(), np.uint8)
        arrays = frames_to_arrays(self.frames) | passage_to_arrays(self.passage)
        file = BytesIO()
        np.savez(file, allow_pickle=False, header=text, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SegmentFindings":
        """Read what `to_bytes` wrote.

        Raises:
            ArchiveError: it is something else, of a newer Playbill, cut off, or not sound.
        """
        try:
            arrays = _arrays(data)
            header = json.loads(arrays["header"].tobytes())
            _check_schema(header)
            found = _findings(header, arrays)
            _check_frames(found)
            return found
        except KeyError as error:
            raise ArchiveError(f"segment findings: not whole: {error} is missing") from error
        except _UNSOUND as error:
            raise ArchiveError(f"segment findings: not sound: {error}") from error

    def _space(self) -> str | None:
        spaces = {None if it.embeddings is None else it.embeddings.model for it in self.frames}
        if len(spaces) > 1:
            raise ValueError(f"all frames must be described by one network, or none, got {spaces}")
        return spaces.pop() if spaces else None


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays, each of the type and dimensions that it must have."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > len(data):
            raise ValueError("it is compressed, expected plain arrays")
        if (damaged := archive.testzip()) is not None:
            raise ValueError(f"{damaged} is damaged")
    kinds = {"header": ("|u1", 1), **KINDS}
    with np.load(BytesIO(data), allow_pickle=False) as file:
        arrays = {name: np.asarray(file[name]) for name in kinds}
    for name, array in arrays.items():
        kind, dimensions = kinds[name]
        if array.ndim != dimensions or kind not in {array.dtype.kind, array.dtype.str}:
            raise ValueError(
                f"{name} is {array.dtype.str} with {array.ndim} dimensions, "
                f"expected {kind} with {dimensions}"
            )
    return arrays


def _check_schema(header: object) -> None:
    found = header.get("schema") if isinstance(header, dict) else None
    if found != SCHEMA:
        raise ValueError(f"found schema {found!r}, expected {SCHEMA}")


def _findings(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> SegmentFindings:
    labels, space = tuple(map(str, header["labels"])), header["space"]
    return SegmentFindings(
        media_sha256=str(header["media"]),
        segment=Segment(**header["segment"]),
        frames=frames_from_arrays(arrays, labels, space, crops=header["crops"] is True),
        passage=passage_from_arrays(arrays),
        coverage=Coverage(**header["coverage"]),
        decoder=str(header["decoder"]),
        models=tuple(ModelUse(**use) for use in header["models"]),
        seconds=float(header["seconds"]),
    )


def _check_frames(found: SegmentFindings) -> None:
    indices = [frame.index for frame in found.frames]
    if indices and indices[0] < found.segment.first_frame:
        raise ValueError(f"frame {indices[0]} lies before {found.segment}")
    if any(after <= before for before, after in pairwise(indices)):
        raise ValueError("frames are not in order")
    if len(indices) != found.coverage.analysed:
        raise ValueError(f"there are {len(indices)} frames, expected {found.coverage.analysed}")
