"""A benchmark that does not end, and has a child that does not either."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.rows import Row


def run() -> list[Row]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(os.environ["PLAYBILL_TEST_PID"]).write_text(str(child.pid))
    child.wait()
    return []
