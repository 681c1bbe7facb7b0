"""One benchmark in a process of its own: `python -m benchmarks.child MODULE ROWS.json`."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.rows import Row


def main() -> None:
    """Run the benchmark and leave its rows in the file."""
    module, out = sys.argv[1:]
    try:
        rows: list[Row] = import_module(module).run()
    except BenchmarkError as error:
        sys.exit(str(error))
    Path(out).write_text(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main()
