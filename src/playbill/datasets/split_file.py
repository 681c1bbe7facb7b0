"""`split.json`: a split written down, so that the next training is tested on the same pictures."""

import json
from pathlib import Path

from playbill.core.atomic import atomic_path
from playbill.datasets.reading import read_text
from playbill.datasets.split import PARTS, Part, Split
from playbill.errors import DatasetError

SCHEMA = "playbill-split/1"
RULES = ("by-person", "within-person", "by-picture")


def write_split(path: Path, split: Split, source: Path) -> None:
    """Write a split, of the data set at `source`, with seed, rule and the names of both parts.

    Raises:
        OutputError: the file cannot be written.
    """
    document = {
        "schema": SCHEMA,
        "source": str(source),
        "rule": split.rule,
        "seed": split.seed,
        "test_share": split.test_share,
        "on_one_side": list(split.on_one_side),
        "parts": {part: list(split.names(part)) for part in PARTS},
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    with atomic_path(path) as part:
        # What is no Unicode, as parts of old file names, becomes an escape, and is read back.
        part.write_text(text, "utf-8", errors="backslashreplace")


def read_split(path: Path) -> Split:
    """Read what `write_split` wrote.

    Raises:
        DatasetError: it cannot be read, or is no such file.
    """
    try:
        document = json.loads(read_text(path))
        if document["schema"] != SCHEMA or document["rule"] not in RULES:
            raise ValueError
        part_of: dict[str, Part] = {}
        for part in PARTS:
            for name in document["parts"][part]:
                if not isinstance(name, str) or part_of.setdefault(name, part) != part:
                    raise ValueError
        single = tuple(str(name) for name in document["on_one_side"])
        seed, share = int(document["seed"]), float(document["test_share"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DatasetError(f"{path}: is no split of Playbill, expected {SCHEMA}") from error
    return Split(document["rule"], seed, share, part_of, single)
