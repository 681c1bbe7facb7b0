"""Where the file of a medium is: a path, or a key of the blobs for what was uploaded."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
