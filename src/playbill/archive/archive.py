"""One archive: a folder, the data base it keeps its facts in, and where its files lie."""

import json
import tomllib
from pathlib import Path

from playbill.archive.blobs import Blobs
from playbill.archive.database import Database
from playbill.archive.engines import shown
from playbill.archive.migrations.upgrading import upgrade_database
from playbill.core.atomic import atomic_path
from playbill.errors import ArchiveError, OutputError

SETTINGS = "archive.toml"
"""In the folder; says where data base and files are, if not in the folder as well."""

KEYS = ("database", "blobs")


class Archive:
    """An open archive; the modules beside this one work on its `database` and `blobs`."""

    def __init__(self, folder: Path, database: Database, blobs: Blobs) -> None:
        self.folder, self.database, self.blobs = folder, database, blobs

    @classmethod
    def create(
        cls, folder: Path, *, database_url: str | None = None, blobs_url: str | None = None
    ) -> "Archive":
        """Make an archive in `folder`, or open the one that is there.

        A folder that is made here is its owner's alone: it holds faces and hashes of passwords.

        Args:
            folder: of the archive.
            database_url: None: a file in the folder.
            blobs_url: None: in the folder; a path is taken from where we are now.

        Raises:
            ArchiveError: there is one already with another data base or other files; or see `open`.
            OutputError: the folder, or what goes into it, cannot be made.
        """
        asked = {"database": database_url, "blobs": blobs_url}
        wanted = {key: _lasting(url) for key, url in asked.items() if url is not None}
        settings = folder / SETTINGS
        if settings.exists():
            _require_same(settings, wanted)
            return cls.open(folder)
        _write(settings, wanted)
        try:
            return cls.open(folder)
        except BaseException:
            if wanted:  # what was asked for may be a slip, and is not to stand there for ever
                settings.unlink()
            raise

    @classmethod
    def open(cls, folder: Path) -> "Archive":
        """Open the archive in `folder`, its tables brought up to date.

        Raises:
            ArchiveError: there is none, or a newer Playbill wrote it.
            ArchiveUnavailable: the data base does not answer.
            OutputError: there is no room for a copy of an older data base.
        """
        settings = folder / SETTINGS
        if not settings.exists():
            raise ArchiveError(
                f"{folder}: no archive here, expected a folder that `playbill archive add` made"
            )
        places = _read(settings)
        url = places.get("database")
        database = Database.open(url) if url else Database.in_folder(folder.resolve())
        blobs = Blobs.open(places["blobs"]) if "blobs" in places else Blobs.in_folder(folder)
        try:
            upgrade_database(database)
        except BaseException:
            database.close()
            raise
        return cls(folder, database, blobs)

    def close(self) -> None:
        """Close the data base."""
        self.database.close()


def _lasting(url: str) -> str:
    """An address that means the same wherever it is read: paths are made absolute."""
    head = "sqlite:///" if url.startswith("sqlite:///") else ""
    path = url.removeprefix(head)
    is_place = "://" in path or path.startswith(":")
    return url if is_place else head + str(Path(path).expanduser().resolve())


def _write(settings: Path, wanted: dict[str, str]) -> None:
    try:
        settings.parent.parent.mkdir(parents=True, exist_ok=True)
        settings.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{settings.parent}: no archive can be made here: {reason}") from error
    lines = [f"{key} = {json.dumps(url, ensure_ascii=False)}\n" for key, url in wanted.items()]
    with atomic_path(settings) as temporary:
        temporary.chmod(0o600)
        temporary.write_text("".join(lines), encoding="utf-8")


def _read(settings: Path) -> dict[str, str]:
    try:
        said = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ArchiveError(f"{settings}: cannot be read: {error}") from error
    for key, url in said.items():
        if key not in KEYS or not isinstance(url, str):
            raise ArchiveError(
                f"{settings}: found {key!r}, expected addresses of {' and '.join(KEYS)} alone"
            )
    return said


def _require_same(settings: Path, wanted: dict[str, str]) -> None:
    found = _read(settings)
    for key, url in wanted.items():
        if found.get(key) != url:
            there = shown(found[key]) if key in found else "the folder itself"
            raise ArchiveError(
                f"{settings}: the archive has its {key} at {there}, found {shown(url)}, expected "
                "the same or nothing"
            )
