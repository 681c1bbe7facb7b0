"""Where models are: local files, checked against their cards before anything opens them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import platformdirs

from playbill.core.atomic import atomic_path
from playbill.errors import ModelAltered, ModelError, ModelNotFound, OutputError
from playbill.models.cards import (
    CARD_SUFFIX,
    NAME_RULE,
    STARTER,
    ModelCard,
    ModelFile,
    card_text,
    is_name,
    package_cards,
    package_patterns,
    read_card,
)
from playbill.models.pull import Progress, fetch, no_progress

State = Literal["present", "missing", "altered"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What the store has of one model."""

    card: ModelCard
    state: State
    paths: tuple[Path, ...]
    """The files found, good or altered, in card order."""


class ModelStore:
    """Models by name, out of folders searched in order. Never downloads unasked.

    Each file's SHA-256 is kept while its path, size and time of change stay the same.
    """

    def __init__(self, folders: Sequence[Path], home: Path) -> None:
        """Search `folders`, then `home`, which is where `add` and `pull` put files."""
        self.folders = (*folders, home)
        self.home = home
        self._digests: dict[tuple[Path, int, int], str] = {}

    @classmethod
    def default(cls, environ: Mapping[str, str] = os.environ) -> "ModelStore":
        """The package's starter set, `PLAYBILL_MODELS`, the user's data folder."""
        named = environ.get("PLAYBILL_MODELS", "").split(os.pathsep)
        folders = [STARTER, *(Path(name) for name in named if name)]
        return cls(folders, Path(platformdirs.user_data_dir("playbill")) / "models")

    def cards(self) -> dict[str, ModelCard]:
        """Every card by name: Playbill's own, then those found beside models.

        Raises:
            ModelError: a folder cannot be listed, or a card file in it is not valid.
        """
        cards = package_cards()
        for path in self._card_files():
            card = read_card(path)
            cards.setdefault(card.name, card)
        return cards

    def _card_files(self) -> Iterator[Path]:
        for folder in self.folders:
            try:
                yield from sorted(folder.glob(f"*{CARD_SUFFIX}"))
            except OSError as error:
                raise ModelError(
                    f"{folder}: the folder of models cannot be listed: {error.strerror}"
                ) from error

    def card(self, name: str) -> ModelCard:
        """The card of that name.

        Raises:
            ModelNotFound: there is none.
        """
        cards = self.cards()
        if name not in cards:
            raise ModelNotFound(f"{name}: no model of that name, known are {', '.join(cards)}")
        return cards[name]

    def files(self, card: ModelCard) -> tuple[Path, ...]:
        """The model's files in card order, each with the bytes that the card vouches for.

        Raises:
            ModelNotFound: a file is in no folder.
            ModelAltered: the first file of that name has other bytes.
        """
        return tuple(self._checked(card.name, file, self._find(card, file)) for file in card.files)

    def path(self, card: ModelCard) -> Path:
        """The model's first file, checked as in `files`."""
        file = card.files[0]
        return self._checked(card.name, file, self._find(card, file))

    def cohort_path(self, card: ModelCard) -> Path | None:
        """The file of the network's cohort, checked as in `files`; None: it has none.

        Cohorts of networks that Playbill knows come with it, whatever folders are searched.
        """
        if card.cohort is None:
            return None
        file, ours = card.cohort.file, STARTER / card.cohort.file.name
        here = self._search(file.name) is None and ours.is_file()
        return self._checked(card.name, file, ours if here else self._find(card, file))

    def has(self, card: ModelCard) -> bool:
        """Whether every file of the model lies in some folder, whatever its bytes."""
        return all(self._search(file.name) for file in card.files)

    def package_files(self, card: ModelCard) -> tuple[Path, ...]:
        """The same model's files inside an installed package, which is not imported.

        Raises:
            ModelNotFound: the card names no package, or it is not installed.
            ModelAltered: a file has other bytes.
        """
        if card.package is None:
            raise ModelNotFound(self._missing(card, card.files[0]))
        spec = find_spec(card.package.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModelNotFound(
                f"{card.name}: the Python package {card.package.package}, which carries the "
                "weights, is not installed"
            )
        root = Path(spec.submodule_search_locations[0])
        return tuple(
            self._checked(card.name, file, root / file.name) for file in card.package.files
        )

    def status(self, card: ModelCard) -> ModelStatus:
        """Look at every file of the model and check its bytes."""
        found = [(file, self._search(file.name)) for file in card.files]
        if any(path is None for _, path in found) and card.package:
            return self._package_status(card)
        paths = tuple(path for _, path in found if path)
        if len(paths) < len(card.files):
            return ModelStatus(card, "missing", paths)
        good = all(path and self._digest(path) == file.sha256 for file, path in found)
        return ModelStatus(card, "present" if good else "altered", paths)

    def statuses(self) -> tuple[ModelStatus, ...]:
        """`status` of every card."""
        return tuple(self.status(card) for card in self.cards().values())

    def add(
        self,
        files: Sequence[Path],
        *,
        like: str | None = None,
        name: str | None = None,
        licence: str = "",
        source: str = "",
        labels: Sequence[str] = (),
    ) -> ModelCard:
        """Copy files into the home folder, so that the model they are of can be used by name.

        Files that a card already vouches for need nothing else, nor does a network with a card of
        its own beside it, as trainings write it. Any other network is a new model that is run
        `like` a known one: same task, architecture, input and number of files. `name` is the first
        file's stem unless given.

        Raises:
            ModelError: a file cannot be read, `like` is needed, or the name is taken or no name.
            ModelAltered: a file is not what the card beside it says.
            OutputError: the home folder cannot be written.
            ModelNotFound: no model is named `like`.
        """
        beside = files[0].with_name(files[0].stem + CARD_SUFFIX)
        if like is None and beside.is_file():
            return self._add_with_card(read_card(beside), beside.parent)
        digests = [_digest(path) for path in files]
        cards = reversed(self.cards().values())  # of cards of one file the first is meant
        known = {file.sha256: (card, file) for card in cards for file in card.files}
        if like is None:
            for path, digest in zip(files, digests, strict=True):
                if digest not in known:
                    raise ModelError(
                        f"{path}: no card vouches for this file (sha256 {digest[:12]}...); say "
                        "which known model it is to be run like"
                    )
            for path, digest in zip(files, digests, strict=True):
                self._keep(known[digest][1].name, path.read_bytes())
            return known[digests[0]][0]
        card = self._new_card(files, digests, like=like, name=name or files[0].stem)
        card = replace(card, licence=licence, source=source or str(files[0].resolve()))
        if labels:
            card = replace(card, label_set="own", labels=tuple(labels))
        for path, file in zip(files, card.files, strict=True):
            self._keep(file.name, path.read_bytes())
        self._keep(f"{card.name}{CARD_SUFFIX}", card_text(card).encode())
        return card

    def _add_with_card(self, card: ModelCard, folder: Path) -> ModelCard:
        files = [*card.files, *([card.cohort.file] if card.cohort else [])]
        paths = [self._checked(card.name, file, folder / file.name) for file in files]
        if self.cards().get(card.name, card) != card:
            raise ModelError(
                f"{card.name}: another model of that name is already known, give this one another "
                "name when it is trained"
            )
        for path in paths:
            self._keep(path.name, path.read_bytes())
        self._keep(f"{card.name}{CARD_SUFFIX}", card_text(card).encode())
        return card

    def pull(
        self, name: str, url: str | None = None, progress: Progress = no_progress
    ) -> tuple[Path, ...]:
        """Fetch what is missing of a model into the home folder, because somebody asked for it.

        `url` stands in for the card's own, for a model of one file; for a model of several it is
        the folder that holds them. What is already there and good is not fetched again.

        Raises:
            ModelNotFound: no model of that name, or nobody says where its files are.
            ModelAltered: the bytes that came are not those of the card.
            ModelError: the address is no http(s), or the transfer failed; it can be resumed.
        """
        card = self.card(name)
        for file in card.files:
            path = self._search(file.name)
            if path and self._digest(path) == file.sha256:
                continue
            address = _address(card, file, url)
            fetch(address, self.home / file.name, file.sha256, progress)
        return self.files(card)

    def _keep(self, file_name: str, content: bytes) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{self.home}: the folder cannot be made: {error.strerror}"
            ) from error
        with atomic_path(self.home / file_name) as path:
            path.write_bytes(content)

    def _new_card(
        self, files: Sequence[Path], digests: Sequence[str], *, like: str, name: str
    ) -> ModelCard:
        pattern = package_patterns().get(like) or self.card(like)
        if not is_name(name):
            raise ModelError(f"{name}: {NAME_RULE}; give another name")
        if name in self.cards():
            raise ModelError(f"{name}: a model of that name is already known, give another one")
        if len(files) != len(pattern.files):
            raise ModelError(
                f"{name}: a model like {like} has {len(pattern.files)} files, got {len(files)}"
            )
        entries = tuple(
            ModelFile(f"{name}{file.name.removeprefix(pattern.name)}", digest)
            for file, digest in zip(pattern.files, digests, strict=True)
        )
        unmeasured = replace(pattern, strangers=None, known=None, cohort=None, thresholds=None)
        return replace(unmeasured, name=name, files=entries, package=None)

    def _search(self, file_name: str) -> Path | None:
        paths = (folder / file_name for folder in self.folders)
        return next((path for path in paths if path.is_file()), None)

    def _find(self, card: ModelCard, file: ModelFile) -> Path:
        path = self._search(file.name)
        if path is None:
            raise ModelNotFound(self._missing(card, file))
        return path

    def _missing(self, card: ModelCard, file: ModelFile) -> str:
        places = ", ".join(str(folder) for folder in self.folders)
        return (
            f"{card.name}: {file.name} is in none of {places}; it comes from {card.source}: name "
            f"its folder in PLAYBILL_MODELS, or take it in with `playbill models add {file.name}`"
        )

    def _checked(self, name: str, file: ModelFile, path: Path) -> Path:
        digest = self._digest(path)
        if digest != file.sha256:
            raise ModelAltered(
                f"{name}: {path} has sha256 {digest[:12]}..., the card says {file.sha256[:12]}..."
            )
        return path

    def _digest(self, path: Path) -> str:
        try:
            stat = path.stat()
        except OSError as error:
            raise ModelNotFound(f"{path}: the model file cannot be read: {error}") from error
        key = (path, stat.st_size, stat.st_mtime_ns)
        if key not in self._digests:
            self._digests[key] = _digest(path)
        return self._digests[key]

    def _package_status(self, card: ModelCard) -> ModelStatus:
        try:
            return ModelStatus(card, "present", self.package_files(card))
        except ModelAltered:
            return ModelStatus(card, "altered", ())
        except ModelNotFound:
            return ModelStatus(card, "missing", ())


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: the model file cannot be read: {error.strerror}") from error


def _address(card: ModelCard, file: ModelFile, url: str | None) -> str:
    if url:
        return url if len(card.files) == 1 else f"{url.rstrip('/')}/{file.name}"
    if file.url:
        return file.url
    raise ModelNotFound(
        f"{card.name}: nobody says where {file.name} can be fetched; it comes from {card.source}: "
        f"give its address with --url, or the file itself to `playbill models add`"
    )
