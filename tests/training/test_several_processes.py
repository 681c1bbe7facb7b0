import os
import subprocess
import sys
from pathlib import Path

from playbill.training.curve import read_curve
from tests.support.trainings import SLOPE


def test_two_processes_train_one_network(tmp_path: Path) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*torchrun, "--nproc-per-node", "2", "-m", "tests.training.line_run", str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
    )

    assert done.returncode == 0, done.stderr
    first, second = (tmp_path / f"rank-{rank}.txt" for rank in range(2))
    assert first.read_text() == second.read_text()
    assert [path.name for path in tmp_path.glob("network-*")] == ["network-0.txt"]
    assert (tmp_path / "told-1.txt").read_text() == "[]"
    points = read_curve(tmp_path)
    assert [point["step"] for point in points] == [10, 20, 30, 40, 50, 60, 60]
    assert abs(points[-1]["slope"] - SLOPE) < 0.5
