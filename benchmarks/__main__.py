"""Measure accuracy and speed: `python -m benchmarks [NAME ...]`."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.errors import BenchmarkError
from benchmarks.model_page import PAGE, write_tables
from benchmarks.peers.environments import PEERS, environment_python
from benchmarks.registry import BENCHMARKS, DRY_VARIABLE
from benchmarks.results import Circumstances, load_results, save_results
from benchmarks.runner import run_benchmark
from benchmarks.table import screen_table, write_into

FOLDER = Path(__file__).parent


def main() -> int:
    """Run what was asked for; 1 when a row is not met."""
    asked = _arguments()
    console = Console()
    if asked.dry:
        os.environ[DRY_VARIABLE] = "1"
    if asked.list:
        for benchmark in BENCHMARKS.values():
            console.print(f"{benchmark.name:16} {benchmark.measures}")
        return 0
    names = asked.names or list(BENCHMARKS)
    with console.status("making the peers' environments"):
        _make_peers({peer for name in names for peer in BENCHMARKS[name].peers}, console)
    results, outcomes = load_results(FOLDER / "results.json"), []
    now = Circumstances.now()
    for name in names:
        with console.status(f"{name}: {BENCHMARKS[name].measures}"):
            outcome = run_benchmark(BENCHMARKS[name], limit_s=asked.limit)
        outcomes.append((name, outcome))
        results = results.with_outcome(name, outcome, now)
        if not asked.dry:
            save_results(results, FOLDER / "results.json")
            write_into(FOLDER / "README.md", results)
            if name == "model_table":
                write_tables(PAGE, outcome.rows)
    console.print(screen_table(outcomes))
    return 0 if all(outcome.met for _, outcome in outcomes) else 1


def _make_peers(names: set[str], console: Console) -> None:
    """Before anything is timed; a benchmark whose peer cannot be made fails by itself."""
    for name in sorted(names):
        try:
            environment_python(PEERS[name])
        except BenchmarkError as error:
            console.print(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="All, unless some are named.")
    parser.add_argument("--list", action="store_true", help="Say what there is, and end.")
    parser.add_argument(
        "--dry", action="store_true", help="Write nothing down; `server` measures little then."
    )
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="For each benchmark.")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
