"""Galleries as files: `.npz` of plain arrays with a JSON header, `playbill-gallery/1`.

header   (bytes) uint8, UTF-8 JSON: schema, space, created, people, choice, card, stranger rate, and
         for people to read the calibration as it was when the gallery was fitted
vectors  (n, d) float32 of length 1
rows     (n,) int64, indices into the header's people
sources  (n, 32) uint8, the SHA-256 of each row's picture
planes   (people, d + 1) float32, where an SVM answers
strangers, stranger_people, genuine
         (s,) float32, (s,) int64, (g,) float32: see `calibration.HeldOut`
mean, directions
         (d,) float32, (k, d) float16: the cohort that scores are read beside, where there is one,
         so that a gallery answers as it did whatever its network's card says by then

Nothing in it is pickled, and nothing pickled is read.
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from playbill.core.atomic import atomic_path
from playbill.core.cohort import Cohort
from playbill.core.embeddings import Embeddings
from playbill.core.people import Person
from playbill.core.score_table import ScoreTable
from playbill.errors import GalleryError
from playbill.recognition.calibration import HeldOut
from playbill.recognition.choice import METHODS, NEAR, Choice
from playbill.recognition.fitting import FittedGallery
from playbill.recognition.gallery import Gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.strangers import StrangerScores
from playbill.recognition.svm import LinearSvm

SCHEMA = "playbill-gallery/1"

_ARRAYS = MappingProxyType(
    {
        "header": (np.uint8, 1),
        "vectors": (np.float32, 2),
        "rows": (np.int64, 1),
        "sources": (np.uint8, 2),
        "planes": (np.float32, 2),
        "strangers": (np.float32, 1),
        "stranger_people": (np.int64, 1),
        "genuine": (np.float32, 1),
        "mean": (np.float32, 1),
        "directions": (np.float16, 2),
    }
)
"""Name -> type and number of dimensions."""
_OPTIONAL = frozenset({"planes", "mean", "directions"})


@dataclass(frozen=True, slots=True, eq=False)
class StoredGallery:
    """A fitted gallery and the file that it is in."""

    fitted: FittedGallery
    name: str
    """Of the file, without folders and suffix."""
    sha256: str
    """Of the file."""


def write_gallery(path: Path, fitted: FittedGallery) -> StoredGallery:
    """Write a gallery, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    gallery, held_out = fitted.gallery, fitted.held_out
    sources = np.frombuffer(bytes.fromhex("".join(gallery.sources)), np.uint8)
    arrays: dict[str, NDArray[Any]] = {
        "header": np.frombuffer(json.dumps(_header(fitted)).encode(), np.uint8),
        "vectors": gallery.embeddings.vectors,
        "rows": gallery.person_of_row,
        "sources": sources.reshape(len(gallery), 32),
        "strangers": held_out.strangers,
        "stranger_people": held_out.stranger_people,
        "genuine": held_out.genuine,
    }
    if fitted.svm is not None:
        arrays["planes"] = fitted.svm.planes
    cohort = fitted.scores.cohort
    if cohort is not None:
        arrays |= {"mean": cohort.mean, "directions": cohort.directions.astype(np.float16)}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return StoredGallery(fitted, path.stem, _sha256(path))


def read_gallery(path: Path) -> StoredGallery:
    """Read a gallery that `write_gallery` wrote.

    Raises:
        GalleryError: it cannot be read, is cut off, is no gallery or one of a newer Playbill, or
            its parts do not fit together.
    """
    try:
        arrays = _arrays(path)
        header = json.loads(arrays["header"].tobytes())
        _check_schema(path, header)
        fitted = _fitted(header, arrays)
        return StoredGallery(fitted, path.stem, _sha256(path))
    except OSError as error:
        raise GalleryError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise GalleryError(f"{path}: not a gallery, or cut off: {error}") from error
    except KeyError as error:
        raise GalleryError(f"{path}: not a whole gallery: {error} is missing") from error
    except (ValueError, TypeError, AttributeError, MemoryError) as error:
        raise GalleryError(f"{path}: not a sound gallery: {error}") from error


def _header(fitted: FittedGallery) -> dict[str, Any]:
    gallery, choice, calibration = fitted.gallery, fitted.choice, fitted.calibration()
    measured = calibration.measured_rate
    return {
        "schema": SCHEMA,
        "space": gallery.space,
        "created": gallery.created.isoformat(),
        "people": [{"id": person.id, "name": person.name} for person in gallery.people],
        "choice": {
            "method": choice.method,
            "near": choice.near,
            "named": dict(choice.named),
            "first": dict(choice.first),
            "held": choice.held,
        },
        "card": None if fitted.scores.strangers is None else asdict(fitted.scores.strangers),
        "known": None if fitted.scores.known is None else asdict(fitted.scores.known),
        "strangerRate": fitted.stranger_rate,
        "calibration": {
            "threshold": calibration.threshold,
            "slope": calibration.slope,
            "measuredRate": None if np.isnan(measured) else measured,
            "strangers": calibration.strangers,
            "strangerPeople": calibration.stranger_people,
        },
    }


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of the file, each of the type and dimensions that it must have."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > path.stat().st_size:
            raise ValueError("it is compressed, expected plain arrays")
    with np.load(path, allow_pickle=False) as file:
        wanted = [name for name in _ARRAYS if name in file or name not in _OPTIONAL]
        arrays = {name: file[name] for name in wanted}
    for name, array in arrays.items():
        dtype, dimensions = _ARRAYS[name]
        if array.dtype != dtype or array.ndim != dimensions:
            raise ValueError(
                f"{name} is {array.dtype} with {array.ndim} dimensions, "
                f"expected {np.dtype(dtype)} with {dimensions}"
            )
    return arrays


def _check_schema(path: Path, header: object) -> None:
    found = header.get("schema") if isinstance(header, dict) else None
    if found == SCHEMA:
        return
    if isinstance(found, str) and found.startswith("playbill-gallery/"):
        raise GalleryError(f"{path}: written by a newer Playbill: found {found}, expected {SCHEMA}")
    raise GalleryError(f"{path}: not a gallery: found schema {found!r}, expected {SCHEMA}")


def _fitted(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedGallery:
    vectors, sources = arrays["vectors"], arrays["sources"]
    people = tuple(Person(one["id"], one["name"]) for one in header["people"])
    if not people:
        raise ValueError("it has no people")
    _must_have_shape("sources", sources, (len(vectors), 32))
    gallery = Gallery(
        people=people,
        embeddings=Embeddings(vectors, header["space"]),
        person_of_row=arrays["rows"],
        sources=tuple(row.tobytes().hex() for row in sources),
        created=datetime.fromisoformat(header["created"]),
    )
    planes = arrays.get("planes")
    if planes is not None:
        _must_have_shape("planes", planes, (len(people), vectors.shape[1] + 1))
        _must_be_finite("planes", planes)
    return FittedGallery(
        gallery=gallery,
        choice=_choice(header["choice"]),
        svm=None if planes is None else LinearSvm(planes),
        held_out=_held_out(arrays, len(people)),
        scores=_scores(header, arrays),
        stranger_rate=float(header["strangerRate"]),
    )


def _choice(choice: Mapping[str, Any]) -> Choice:
    method, near = choice["method"], choice["near"]
    if method not in METHODS or near not in NEAR or method not in {near, "svm"}:
        raise ValueError(
            f"the method is {method!r} with {near!r}, expected one of {', '.join(METHODS)}"
        )
    return Choice(
        method, near, _shares(choice["named"]), _shares(choice["first"]), int(choice["held"])
    )


def _shares(shares: Mapping[str, Any]) -> Mapping[str, float]:
    return MappingProxyType({str(method): float(share) for method, share in shares.items()})


def _scores(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NetworkScores:
    """A gallery of an earlier Playbill has neither cohort nor tables."""
    cohort = Cohort(arrays["mean"], arrays["directions"]) if "directions" in arrays else None
    strangers, known = header["card"], header.get("known")
    return NetworkScores(
        cohort=cohort,
        strangers=None if strangers is None else _strangers(strangers),
        known=None if known is None else _table(known),
    )


def _strangers(card: Mapping[str, Any]) -> StrangerScores:
    quantiles = tuple((float(share), float(score)) for share, score in card["quantiles"])
    best = card.get("best")
    return StrangerScores(
        quantiles,
        int(card["n"]),
        str(card["measured_on"]),
        None if best is None else _table(best),
    )


def _table(table: Mapping[str, Any]) -> ScoreTable:
    return ScoreTable(
        tuple(map(int, table["numbers"])),
        tuple(map(float, table["shares"])),
        tuple(tuple(map(float, row)) for row in table["scores"]),
    )


def _held_out(arrays: Mapping[str, NDArray[Any]], people: int) -> HeldOut:
    strangers, owners = arrays["strangers"], arrays["stranger_people"]
    _must_have_shape("stranger_people", owners, strangers.shape)
    if ((owners < 0) | (owners >= people)).any():
        raise ValueError(f"stranger_people must be indices into {people} people")
    _must_be_finite("strangers", strangers)
    _must_be_finite("genuine", arrays["genuine"])
    return HeldOut(strangers, owners, arrays["genuine"])


def _must_have_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def _must_be_finite(name: str, array: NDArray[Any]) -> None:
    if not np.isfinite(cast(NDArray[np.float32], array)).all():
        raise ValueError(f"{name} must be finite, found NaN or infinity")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
