"""Room on the disk: what is sent leaves some of it to the data base, which cannot work without."""

import errno
import shutil
from pathlib import Path

from playbill.server.problems import Problem

SPARE_BYTES = 256 << 20
"""So much of the disk is left free."""


def require_room(folder: Path, bytes_: int, where: str) -> None:
    """Refuse what would fill the disk that `folder` is on.

    Raises:
        Problem: 507.
    """
    free = max(0, shutil.disk_usage(folder).free - SPARE_BYTES)
    if bytes_ > free:
        found, most = f"{bytes_:,} bytes", f"at most {free:,}"
        raise Problem(
            507,
            f"{where}: found {found}, expected {most}: the server's disk is full",
            "disk-full",
            where=where,
            found=found,
            expected=most,
        )


def is_full(error: BaseException) -> bool:
    """Whether it says that there is no room left."""
    if isinstance(error, Problem):
        return error.status == 507
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
