"""Playbill's commands as a user gives them, for benchmarks of whole jobs."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.errors import BenchmarkError
from benchmarks.inputs import data_file

PLAYBILL = str(Path(sys.executable).with_name("playbill"))
PEOPLE = 150
"""Enough for the threshold to follow from people held out."""
PICTURES = 2
"""Of each person."""


def enrol_some_people(folder: Path) -> Path:
    """A gallery, in `folder`, of the first people of LFW with `PICTURES` pictures."""
    homes = sorted(home for home in data_file("lfw").iterdir() if home.is_dir())
    known = [home for home in homes if len(list(home.glob("*.jpg"))) >= PICTURES][:PEOPLE]
    for home in known:
        (folder / "people" / home.name).mkdir(parents=True)
        for picture in sorted(home.glob("*.jpg"))[:PICTURES]:
            shutil.copy(picture, folder / "people" / home.name)
    gallery = folder / "people.npz"
    # Some pictures show two faces: those are refused, and the rest is enrolled all the same.
    told = subprocess.run(
        [PLAYBILL, "enrol", str(folder / "people"), "--out", str(gallery)],
        capture_output=True,
        text=True,
        check=False,
    )
    if not gallery.is_file():
        said = (told.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BenchmarkError(f"playbill enrol: exit status {told.returncode}: {said}")
    return gallery


def analyze_command(video: Path, gallery: Path, out: Path) -> list[str]:
    """The whole job on a video: every 30th frame, JSON to `out`."""
    return [PLAYBILL, "analyze", str(video), "--gallery", str(gallery), "--out", str(out)]
