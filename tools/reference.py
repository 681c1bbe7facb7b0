"""`docs/reference` and the index of decisions, written from what they describe.

$ python -m tools.reference            # write the pages
$ python -m tools.reference --check    # exit code 1 where a page is not what the code says
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.decisions import decisions_page
from tools.reference_api import api_page
from tools.reference_cli import cli_page
from tools.reference_document import document_page
from tools.reference_models import models_page
from tools.reference_python import python_page

DOCS = Path(__file__).parent.parent / "docs"
REMAKE = ".venv/bin/python -m tools.reference"


def pages() -> Mapping[str, str]:
    """The text of every page, by its place in `docs`."""
    example = (DOCS / "reference" / "example.json").read_text("utf-8")
    return {
        "decisions/README.md": decisions_page(DOCS / "decisions"),
        "reference/api.md": api_page(),
        "reference/cli.md": cli_page(),
        "reference/document.md": document_page(example),
        "reference/models.md": models_page(),
        "reference/python.md": python_page(),
    }


def outdated(folder: Path = DOCS) -> list[str]:
    """The pages in `folder` that are missing, or are not what the code says."""
    return [
        name
        for name, text in pages().items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]


def main(words: Sequence[str]) -> int:
    """Write the pages, or compare them."""
    if list(words) == ["--check"]:
        old = outdated()
        if old:
            sys.stderr.write(f"{', '.join(old)}: not what the code says; remake: {REMAKE}\n")
        return 1 if old else 0
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
