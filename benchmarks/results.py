"""`results.json`: what was measured, when, on what, and by which state of the code."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import Machine, installed_here, this_machine
from benchmarks.peers.environments import ROOT
from benchmarks.registry import BENCHMARKS
from benchmarks.rows import Row
from benchmarks.runner import Outcome

SCHEMA = "playbill-benchmarks/1"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the benchmarks of one call were run in."""

    date: str
    """UTC, ISO 8601, to the second; also what they are found by."""
    commit: str
    """As `git describe` names it; `-dirty` where files were changed."""
    machine: Machine
    versions: Mapping[str, str]

    @classmethod
    def now(cls) -> "Circumstances":
        """Those of this moment and this machine."""
        date = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(date, _commit(), this_machine(), installed_here())


@dataclass(frozen=True, slots=True)
class Measured:
    """A benchmark's rows and the call that they come from."""

    circumstances: str
    """Its date."""
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Results:
    """The latest outcome of every benchmark that was ever run."""

    circumstances: Mapping[str, Circumstances]
    """By date; only those that an outcome comes from."""
    measured: Mapping[str, Measured]
    """By the benchmark's name, in the registry's order."""

    @classmethod
    def empty(cls) -> "Results":
        """Nothing measured yet."""
        return cls({}, {})

    def with_outcome(self, name: str, outcome: Outcome, now: Circumstances) -> "Results":
        """These, with the outcome of `name` in place of an older one."""
        latest = {**self.measured, name: Measured(now.date, outcome)}
        ordered = {known: latest[known] for known in BENCHMARKS if known in latest}
        used = {measured.circumstances for measured in ordered.values()}
        known = {**self.circumstances, now.date: now}
        return Results({date: known[date] for date in sorted(used)}, ordered)


def load_results(path: Path) -> Results:
    """What `save_results` wrote; nothing measured where there is no such file.

    Raises:
        ValueError: the file has another schema.
    """
    if not path.is_file():
        return Results.empty()
    document = json.loads(path.read_text())
    if document["schema"] != SCHEMA:
        raise ValueError(f"{path}: schema is {document['schema']}, expected {SCHEMA}")
    circumstances = {}
    for date, fields in document["circumstances"].items():
        machine = Machine(**fields["machine"])
        circumstances[date] = Circumstances(
            date, fields["commit"], replace(machine, flags=tuple(machine.flags)), fields["versions"]
        )
    measured = {}
    for name, fields in document["measured"].items():
        rows = tuple(Row(**row) for row in fields["rows"])
        outcome = Outcome(rows, fields["seconds"], fields["busy_before"])
        measured[name] = Measured(fields["circumstances"], outcome)
    return Results(circumstances, measured)


def save_results(results: Results, path: Path) -> None:
    """Write `results` as JSON, whole or not at all."""
    document = {
        "schema": SCHEMA,
        "circumstances": {date: asdict(now) for date, now in results.circumstances.items()},
        "measured": {
            name: {
                "circumstances": measured.circumstances,
                "seconds": round(measured.outcome.seconds, 1),
                "busy_before": measured.outcome.busy_before,
                "rows": [asdict(row) for row in measured.outcome.rows],
            }
            for name, measured in results.measured.items()
        },
    }
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    part.replace(path)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"
