"""The linear SVM: 1,500 people at full size, and beside scikit-learn's LinearSVC at 150.

People are directions with noise around them, drawn so that about 19 of 20 pictures are told by
their centroid. Each fit runs in a process of its own, whose peak of resident memory is counted,
the rows included: `python -m benchmarks.svm PEOPLE playbill|sklearn`.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import BenchmarkError
from benchmarks.rows import Row
from playbill.recognition.svm import fit_svm

PEOPLE, PICTURES, DIMENSIONS = 1500, 157, 512
PEOPLE_BESIDE_SKLEARN = 150
NOISE = 4.2
"""Standard deviation of a picture around its person, whose own is 1, in each dimension."""
ASKED = 10
"""Pictures of each person to ask for."""
SEED = 7
MAX_SECONDS, MAX_BYTES, MAX_DIFFERENCE = 240, 4e9, 0.002


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fit."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    accuracy: float


def run() -> list[Row]:
    """Two rows: size, and agreement."""
    whole = in_a_process(PEOPLE, "playbill")
    ours = in_a_process(PEOPLE_BESIDE_SKLEARN, "playbill")
    theirs = in_a_process(PEOPLE_BESIDE_SKLEARN, "sklearn")
    difference = ours.accuracy - theirs.accuracy
    return [
        Row(
            what=f"SVM, {PEOPLE:,} people, {PEOPLE * PICTURES:,} x {DIMENSIONS} synthetic",
            must="fit <= 4 min, <= 4 GB",
            measured=f"{whole.seconds:.0f} s, {whole.peak_bytes / 1e9:.1f} GB",
            met=whole.seconds <= MAX_SECONDS and whole.peak_bytes <= MAX_BYTES,
            note=f"{whole.cpu_seconds:.0f} s of processor time; the rows count in the memory; "
            f"accuracy {whole.accuracy:.4f} on {PEOPLE * ASKED:,} others",
        ),
        Row(
            what=f"SVM beside LinearSVC, {PEOPLE_BESIDE_SKLEARN} people",
            must=f"accuracy within {MAX_DIFFERENCE * 100:.1f} points",
            measured=f"{ours.accuracy:.4f} and {theirs.accuracy:.4f}",
            met=abs(difference) <= MAX_DIFFERENCE,
            note=f"{PEOPLE_BESIDE_SKLEARN * PICTURES:,} rows; {ours.seconds:.1f} s and "
            f"{theirs.seconds:.0f} s",
        ),
    ]


def in_a_process(people: int, solver: str) -> Fitted:
    """Draw, fit and ask in a child.

    Raises:
        BenchmarkError: it failed.
    """
    command = [sys.executable, "-m", "benchmarks.svm", str(people), solver]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        raise BenchmarkError(f"svm, {people} people, {solver}: {child.stderr.strip()[-300:]}")
    return Fitted(**json.loads(child.stdout))


def draw(people: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Enrolled and asked pictures, those of each person together."""
    random = np.random.default_rng(SEED)
    means = random.standard_normal((people, DIMENSIONS), dtype=np.float32)
    return _around(means, PICTURES, random), _around(means, ASKED, random)


def _around(
    means: NDArray[np.float32], each: int, random: np.random.Generator
) -> NDArray[np.float32]:
    """So many unit vectors around each of the means."""
    rows = np.empty((len(means), each, DIMENSIONS), np.float32)
    for i, mean in enumerate(means):
        rows[i] = mean + NOISE * random.standard_normal(rows[i].shape, dtype=np.float32)
        rows[i] /= np.linalg.norm(rows[i], axis=1, keepdims=True)
    return rows.reshape(-1, DIMENSIONS)


def fit_once(people: int, solver: str) -> Fitted:
    """One fit in this process, whose peak of memory it takes for its own."""
    enrolled, asked = draw(people)
    owners = np.repeat(np.arange(people), PICTURES)
    truth = np.repeat(np.arange(people), ASKED)
    started, cpu_started = time.monotonic(), time.process_time()
    if solver == "sklearn":
        from sklearn.svm import LinearSVC  # noqa: PLC0415 - counts in the child's memory

        decisions = LinearSVC(C=1).fit(enrolled, owners).decision_function
    else:
        decisions = fit_svm(enrolled, owners, people).decisions
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu_started
    accuracy = float((decisions(asked).argmax(axis=1) == truth).mean())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Fitted(round(seconds, 2), round(cpu_seconds, 2), peak, accuracy)


if __name__ == "__main__":
    print(json.dumps(asdict(fit_once(int(sys.argv[1]), sys.argv[2]))))
