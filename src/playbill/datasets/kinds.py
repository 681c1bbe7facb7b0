"""Which kind of data set lies at a path: pictures of people, or labelled objects."""

from pathlib import Path
from typing import Literal

from playbill.datasets.opening import guess_format
from playbill.errors import DatasetError

Kind = Literal["people", "objects"]


def guess_kind(path: Path) -> Kind:
    """`objects` where a known format of labels lies, else `people` for any folder.

    Raises:
        DatasetError: there is nothing, or a folder of which only a file may be meant.
    """
    try:
        guess_format(path)
    except DatasetError:
        if not path.is_dir():
            raise
    else:
        return "objects"
    files = sorted(entry.name for entry in path.iterdir() if entry.suffix == ".json")
    if files:
        raise DatasetError(
            f"{path}: is a folder with {', '.join(files[:3])}, expected the name of one of these "
            "files (COCO), or --kind people for a folder per person"
        )
    return "people"
