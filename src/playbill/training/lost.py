"""When so much of a data set cannot be read that training on the rest would be a mishap."""

from collections.abc import Sequence

from playbill.errors import DatasetError

MAX_LOST = 0.25
"""Share of the pictures that may be missing or damaged."""


def require_most(name: str, lost: Sequence[object], pictures: int) -> None:
    """Refuse a data set of which more than `MAX_LOST` is lost: a disk that is not there, say.

    Args:
        name: what messages call it.
        lost: a sentence for each of its pictures that is missing or damaged.
        pictures: how many there are, these included.

    Raises:
        DatasetError: too many are lost.
    """
    if len(lost) > MAX_LOST * pictures:
        raise DatasetError(
            f"{name}: {len(lost)} of {pictures} pictures are missing or damaged, expected at most "
            f"a quarter; the first is {lost[0]}"
        )
