"""Which pictures of a folder per person a recogniser is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from playbill.core.names import clean_name
from playbill.datasets.people import PersonPicture, place_of
from playbill.errors import DatasetError, GalleryError, PlaybillError
from playbill.evaluation.faces.pictures import PeoplePictures, find_pictures
from playbill.media.files import sha256_of
from playbill.training.faces.collecting import choose_pictures
from playbill.training.recogniser.settings import RecogniserTraining


@dataclass(frozen=True, slots=True)
class Refusal:
    """A picture that cannot be used."""

    name: str
    """Whom it was to show."""
    reason: str
    """A sentence that begins with its path."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenPictures:
    """Pictures with different bytes, all of which could be read from the disk."""

    pictures: PeoplePictures
    digests: tuple[str, ...]
    """(n,) the SHA-256 of each."""
    sha256: str
    """Of all places and digests."""
    over_the_most: int
    """Pictures beyond the most that a person may have."""
    refused: tuple[Refusal, ...]


def choose(training: RecogniserTraining) -> ChosenPictures:
    """Find the pictures, draw at most so many of a person, and leave out what is there twice.

    The same picture twice under one name would be learned from and asked about; under two names,
    it would be somebody and a stranger.

    Raises:
        MediaError: there is no such folder.
        DatasetError: there is no picture, or none that can be read; a list cannot be read.
        GalleryError: a folder's name cannot be that of a person.
    """
    found = find_pictures(training.dataset, without=training.without, people=training.people)
    named = [PersonPicture(one.path, clean_name(one.name)) for one in found.pictures]
    settings = training.settings
    drawn = choose_pictures(named, max_images=settings.max_images, seed=settings.seed)
    digests: dict[PersonPicture, str] = {}
    first: dict[str, PersonPicture] = {}
    refused: list[Refusal] = []
    for picture in sorted(drawn, key=lambda one: one.path):
        try:
            digest = sha256_of(picture.path)
            _require_once(picture, first.setdefault(digest, picture))
        except PlaybillError as error:
            refused.append(Refusal(picture.name, str(error)))
        else:
            digests[picture] = digest
    if not digests:
        raise none_usable(training.dataset, len(drawn), refused)
    pictures = PeoplePictures.of(training.dataset, digests, found.left_out)
    lines = (
        f"{place_of(one.path, training.dataset)}\0{digests[one]}\n" for one in pictures.pictures
    )
    return ChosenPictures(
        pictures,
        tuple(digests[one] for one in pictures.pictures),
        sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest(),
        len(found) - len(drawn),
        tuple(refused),
    )


def none_usable(folder: Path, pictures: int, refused: Sequence[Refusal]) -> DatasetError:
    """The refusal of a folder of which nothing is left."""
    return DatasetError(
        f"{folder}: none of its {pictures} pictures can be used, expected one face in "
        f"each; the first: {refused[0].reason}"
    )


def _require_once(picture: PersonPicture, first: PersonPicture) -> None:
    if picture is first:
        return
    if picture.name == first.name:
        raise GalleryError(f"{picture.path}: is the same picture as {first.path}, and is used once")
    raise GalleryError(
        f"{picture.path}: is to show {picture.name}, and is the same picture as {first.path}, "
        f"which is to show {first.name}: expected one name"
    )
