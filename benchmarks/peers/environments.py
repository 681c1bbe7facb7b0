"""A virtual environment for each peer, since none of them installs beside the others."""

import importlib.metadata
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".venv-peers"


@dataclass(frozen=True, slots=True)
class PeerPackage:
    """A published package that does a part of what Playbill does."""

    name: str
    requirements: tuple[str, ...]
    """As its own documentation says to install it."""
    reported: tuple[str, ...]
    """The packages whose versions stand beside the figures."""
    module: str
    """What answers for it, run by the environment's own Python."""


PEERS = {
    peer.name: peer
    for peer in (
        PeerPackage(
            name="facenet-pytorch",
            requirements=("facenet-pytorch==2.6.0",),
            reported=("facenet-pytorch", "torch", "torchvision", "pillow"),
            module="benchmarks.peers.facenet_pytorch_peer",
        ),
        PeerPackage(
            name="mtcnn-tensorflow",
            requirements=("mtcnn[tensorflow]==1.0.0",),
            reported=("mtcnn", "tensorflow"),
            module="benchmarks.peers.mtcnn_tensorflow_peer",
        ),
    )
}


def environment_python(peer: PeerPackage, folder: Path = ENVIRONMENTS) -> Path:
    """The Python of the peer's environment, which is made first where it is missing.

    Raises:
        BenchmarkError: the peer cannot be installed on this machine.
    """
    home = folder / peer.name
    made_for = home / "made-for.txt"
    wanted = "\n".join(peer.requirements)
    if not made_for.is_file() or made_for.read_text() != wanted:
        _make(home, peer)
        made_for.write_text(wanted)
    return home / "bin" / "python"


def installed_versions(peer: PeerPackage, folder: Path = ENVIRONMENTS) -> dict[str, str]:
    """The versions of the peer's `reported` packages; none where it was never made."""
    site = [str(path) for path in (folder / peer.name).glob("lib/python*/site-packages")]
    found = {
        found.metadata["Name"].lower(): found.version
        for found in importlib.metadata.distributions(path=site)
    }
    return {name: found[name] for name in peer.reported if name in found}


def _make(home: Path, peer: PeerPackage) -> None:
    """Lay the environment anew in `home`, in a folder that git does not look into."""
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / ".gitignore").write_text("*\n")
    _checked(peer, [sys.executable, "-m", "venv", str(home)])
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _checked(peer, [*pip, *peer.requirements])


def _checked(peer: PeerPackage, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BenchmarkError(f"{peer.name}: cannot be installed for comparison: {why}")
