"""Files that are written whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playbill.errors import OutputError


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give an empty file beside `target` to write to; it becomes `target` when the block ends well.

    The bytes are on the disk before the name is: readers see the old file or the new one. When the
    block raises, nothing is left and an existing `target` is untouched. The temporary file has the
    suffix of `target`, for writers that go by it, and is to be closed before the block ends. A link
    stays a link: what it points to is written. A device is refused, not replaced.

    Raises:
        OutputError: the file cannot be made, written or renamed; any OSError of the block counts.
    """
    asked, target = Path(target), Path(target).resolve()
    temporary = target.with_name(f".playbill-{secrets.token_hex(8)}{target.suffix}")
    try:
        if target.exists() and not target.is_file():
            what = "a folder" if target.is_dir() else "no ordinary file"
            raise OSError(0, f"it is {what}, expected the name of a file")
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        yield temporary
        _to_disk(temporary)
        temporary.replace(target)
        _to_disk(target.parent)
    except OSError as error:
        raise OutputError(f"{asked}: cannot be written: {_reason(target, error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(target: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError() if not target.parent.exists():
            return f"there is no folder {target.parent}"
        case _:
            return (error.strerror or str(error)).lower()
