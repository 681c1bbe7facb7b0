"""A peer at work in a process of its own."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from benchmarks.errors import BenchmarkError
from benchmarks.peers.environments import PEERS, ROOT, environment_python
from benchmarks.peers.wire import Answer, Frame, Question, save_frames


class Peer:
    """A peer that answers between `with Peer.start(name) as peer:` and the end of that block."""

    def __init__(self, name: str, process: subprocess.Popen[str], complaints: IO[str]) -> None:
        self.name = name
        self._process = process
        self._complaints = complaints

    @classmethod
    def start(cls, name: str) -> Self:
        """Start one of `PEERS`; its environment is made first where it is missing."""
        package = PEERS[name]
        return cls.run(name, [str(environment_python(package)), "-m", package.module])

    @classmethod
    def run(cls, name: str, command: Sequence[str]) -> Self:
        """Start `command`, which answers as `wire.serve` does."""
        complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        return cls(name, process, complaints)

    def find_faces(self, frames: Sequence[Frame]) -> Answer:
        """The faces of every frame, and the seconds that each frame took."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "frames.npz"
            save_frames(path, frames)
            return self.ask({"job": "faces", "path": str(path)})

    def picture(self, jpeg: bytes) -> Answer:
        """A picture's whole job, from its bytes to the embeddings of its faces."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.jpg"
            path.write_bytes(jpeg)
            return self.ask({"job": "picture", "path": str(path)})

    def ask(self, question: Question) -> Answer:
        """One turn.

        Raises:
            BenchmarkError: the peer has ended instead of answering.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("the process was started without pipes")
        try:
            print(json.dumps(question), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise BenchmarkError(f"{self.name}: ended without an answer: {self._last_complaint()}")
        answer: Answer = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._complaints.close()

    def _last_complaint(self) -> str:
        self._process.wait()
        self._complaints.seek(0)
        return (self._complaints.read().strip().splitlines() or ["it said nothing"])[-1]
