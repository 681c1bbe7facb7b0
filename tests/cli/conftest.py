"""The command line as a person or a script meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from playbill.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What a command left on the screen."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return [
            line.removeprefix("error: ")
            for line in self.err.splitlines()
            if line.startswith("error: ")
        ]


Playbill = Callable[..., Outcome]


@pytest.fixture
def playbill(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Playbill:
    """Run a command line in this process."""

    def run(*words: str | Path) -> Outcome:
        monkeypatch.setattr("sys.argv", ["playbill", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen on which no line is broken."""
    monkeypatch.setenv("COLUMNS", "400")
