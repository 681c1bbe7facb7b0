"""Folders that are written whole or not at all, and pictures put into them."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playbill.datasets.picture_files import is_safe
from playbill.errors import DatasetError, OutputError


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target` to fill; it becomes `target` when the block ends well.

    When the block raises, nothing is left. A folder with something in it is never replaced.

    Raises:
        OutputError: there is something at `target`, or it cannot be made; any OSError of the block
            counts.
    """
    whole = target.resolve()
    part = whole.with_name(f".playbill-{secrets.token_hex(8)}")
    try:
        if whole.is_dir() and any(whole.iterdir()):
            raise OutputError(f"{target}: is a folder with something in it, expected a new name")
        if whole.exists() and not whole.is_dir():
            raise OutputError(f"{target}: is a file, expected a new name or an empty folder")
        whole.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
        yield part
        part.replace(whole)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"{target}: cannot be written: {reason}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def copies(folder: Path, *, wanted: bool) -> Iterator[Callable[[Path, str], None]]:
    """Give what copies a picture into `folder` under a name; it does nothing unless `wanted`.

    Raises:
        OutputError: as `new_folder`.
    """
    if not wanted:
        yield lambda _source, _name: None
        return
    with new_folder(folder) as part:
        yield lambda source, name: put_picture(source, part, name, copy=True)


def put_picture(source: Path, folder: Path, name: str, *, copy: bool) -> None:
    """Put a picture into `folder` under `name`: a copy, or a link to where it lies now.

    Raises:
        DatasetError: `name` leads out of the folder.
        OutputError: this disk has no links.
        OSError: it cannot be written.
    """
    if not is_safe(name):
        raise DatasetError(f"{name}: is no name below a folder, expected one like `train/7.jpg`")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if copy:
        shutil.copyfile(source, target)
        return
    try:
        target.symlink_to(source.resolve())
    except (OSError, NotImplementedError) as error:
        raise OutputError(
            f"{target}: links cannot be made here, copy the pictures instead (--copy): {error}"
        ) from error
