"""Ctrl-C leaves nothing half written; and nothing of it needs a network."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.clips import numbered_clip

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_folder")]


def test_ctrl_c_ends_with_130_and_leaves_no_file(tmp_path: Path) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frames=2000)
    results = tmp_path / "results"
    results.mkdir()
    command = [sys.executable, "-m", "playbill", "analyze", str(clip), "--every", "1"]
    wishes = ["--out", str(results / "r.json"), "--draw", str(results / "d.mp4")]
    job = subprocess.Popen([*command, *wishes], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(4)

    job.send_signal(signal.SIGINT)
    _, shown = job.communicate(timeout=60)

    assert job.returncode == 130
    assert b"Traceback" not in shown
    assert list(results.iterdir()) == []


NO_SOCKETS = """
import socket, sys
def refuse(*_, **__): raise AssertionError("somebody phones home")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from playbill.cli.main import main
sys.argv = ["playbill", *sys.argv[1:]]
main()
"""


def test_the_main_job_opens_no_connection(tmp_path: Path, data_folder: Path) -> None:
    portrait = data_folder / "archive" / "hamilton" / "alex-lacamoire.png"
    gallery, page = tmp_path / "g.npz", tmp_path / "r.html"

    for words in (
        ["enrol", str(portrait), "--out", str(gallery)],
        ["analyze", str(portrait), "--gallery", str(gallery), "--report", str(page)],
    ):
        done = subprocess.run(
            [sys.executable, "-c", NO_SOCKETS, *words],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"NO_COLOR": "1"},
        )
        assert done.returncode == 0, done.stderr
