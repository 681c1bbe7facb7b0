"""Galleries as commands use them: grown from enrolments, opened to answer."""

from pathlib import Path

from playbill.core.cohort import Cohort
from playbill.core.ports import Recogniser
from playbill.errors import GalleryError, ModelNotFound
from playbill.models.cards import ModelCard
from playbill.models.cohort_file import open_cohort
from playbill.models.store import ModelStore
from playbill.pipeline.enrol import Enrolled
from playbill.recognition.fitting import STRANGER_RATE, FittedGallery, fit
from playbill.recognition.gallery import Gallery
from playbill.recognition.gallery_file import StoredGallery, read_gallery
from playbill.recognition.network_scores import UNMEASURED, NetworkScores
from playbill.recognition.recogniser import open_recogniser
from playbill.recognition.strangers import StrangerScores


def open_gallery(
    gallery: Path | StoredGallery, space: str, stranger_rate: float | None = None
) -> Recogniser:
    """Let a gallery, or the file that it is in, answer for faces of the embedding network `space`.

    Raises:
        GalleryError: it cannot be read, or is of another embedding network.
    """
    stored = read_gallery(gallery) if isinstance(gallery, Path) else gallery
    recogniser = open_recogniser(stored, stranger_rate=stranger_rate)
    _require_space(gallery if isinstance(gallery, Path) else stored.name, recogniser.space, space)
    return recogniser


def grow_gallery(
    target: Path,
    enrolled: Enrolled,
    scores: NetworkScores,
    space: str,
    stranger_rate: float | None = None,
) -> FittedGallery:
    """Add enrolments to the gallery at `target`, if there is one, and fit it anew.

    Args:
        target: of the gallery, which is read only.
        enrolled: at least one person.
        scores: what they mean under the embedding network.
        space: `FaceEmbedder.space`.
        stranger_rate: None: that of the gallery so far.

    Raises:
        GalleryError: the gallery cannot be read, is of another network, has one of the pictures
            under another name, or strangers cannot be told (see `recognition.fitting.fit`).
    """
    gallery, rate = Gallery.empty(space), STRANGER_RATE
    if target.exists():
        before = read_gallery(target).fitted
        _require_space(target, before.gallery.space, space)
        gallery, rate = before.gallery, before.stranger_rate
    grown = gallery.add(*enrolled.enrolments)
    _require_one_name(target, grown)
    return fit(grown, scores, stranger_rate=stranger_rate or rate)


def _require_space(gallery: Path | str, found: str, expected: str) -> None:
    if found != expected:
        raise GalleryError(
            f"{gallery}: was enrolled with the network {found}, found faces described by "
            f"{expected}, expected the same one: enrol again, or name the other network with "
            "--models"
        )


def _require_one_name(path: Path, gallery: Gallery) -> None:
    names: dict[str, str] = {}
    for source, row in zip(gallery.sources, gallery.person_of_row, strict=True):
        name = gallery.people[row].name
        if names.setdefault(source, name) != name:
            raise GalleryError(
                f"{path}: the picture with sha256 {source[:12]}... would show both "
                f"{names[source]} and {name}, expected one name for a picture"
            )


def scores_of(card: ModelCard, cohort: Cohort | None) -> NetworkScores:
    """What scores mean under the network of `card`, whose cohort is open already."""
    found = card.strangers
    strangers = (
        StrangerScores(found.quantiles, found.n, found.measured_on, found.best) if found else None
    )
    return NetworkScores(cohort, strangers, card.known.table if card.known else None)


def scores_in(space: str, store: ModelStore) -> NetworkScores:
    """What scores mean in an embedding space; nothing is known of a network that is not there.

    Raises:
        ModelError: the network's card or cohort is damaged.
    """
    network, _, _ = space.rpartition("@")
    try:
        card = store.card(network)
        return scores_of(card, open_cohort(card, store))
    except ModelNotFound:
        return UNMEASURED
