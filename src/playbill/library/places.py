"""Where the file of a medium is: a path, or a key of the blobs for what was uploaded."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playbill.archive.archive import Archive
from playbill.archive.media import MediaRow
from playbill.errors import ArchiveUnavailable, MediaError, NotInArchive, PlaybillError


@contextmanager
def file_of(archive: Archive, media: MediaRow) -> Iterator[Path]:
    """The file of a medium on this machine; from an object store it is fetched for so long.

    Raises:
        MediaError: nobody knows where it is, or it is gone.
        ArchiveUnavailable: the store does not answer, or there is no room for a copy here.
    """
    name, place = media.info.name, media.place
    if place is None:
        raise MediaError(f"{name}: it is not known where the file of this medium lies")
    path = Path(place) if Path(place).is_absolute() else archive.blobs.local_path(place)
    if path is not None:
        if not path.exists():
            raise MediaError(f"{path}: the file of this medium is gone")
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="playbill-") as folder:
        copy = Path(folder) / f"media{Path(name).suffix}"
        try:
            with archive.blobs.reading(place) as source, copy.open("xb") as target:
                shutil.copyfileobj(source, target)
        except NotInArchive as error:
            raise MediaError(f"{place}: the file of this medium is gone") from error
        except PlaybillError:
            raise
        except Exception as error:  # clients of stores raise whatever they like
            reason = getattr(error, "strerror", None) or str(error)
            raise ArchiveUnavailable(
                f"{place}: the file of this medium cannot be had: {reason}"
            ) from error
        yield copy


class LastFile:
    """The file of the medium that was asked for last, so that its parts cost one fetching.

    Not for several threads. What was fetched lies here until `drop`, or until another is asked for.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._place: str | None = None
        self._path = Path()
        self._open = ExitStack()

    def of(self, media: MediaRow) -> Path:
        """Where it is, until the next call; errors as for `file_of`."""
        if media.place is None or media.place != self._place or not self._path.exists():
            self.drop()
            self._path = self._open.enter_context(file_of(self._archive, media))
            self._place = media.place
        return self._path

    def drop(self) -> None:
        """Delete what was fetched."""
        self._place = None
        self._open.close()
