"""`docs/decisions/README.md`: every decision by its heading."""

from pathlib import Path

from tools.markdown import page

HEAD = """Why Playbill is as it is: half a page each, written when it was built, with what was
tried. A decision that no longer holds is changed in the same commit as the code."""


def decisions_page(folder: Path) -> str:
    """The page for the decisions in `folder`."""
    files = sorted(folder.glob("[0-9]*.md"))
    return page(
        "Decisions", HEAD, "\n".join(f"- [{_heading(path)}]({path.name})" for path in files)
    )


def _heading(path: Path) -> str:
    return path.read_text("utf-8").splitlines()[0].removeprefix("# ")
