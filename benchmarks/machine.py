"""What a measurement was taken on."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.environments import PEERS, installed_versions

PACKAGES = ("playbill", "openvino", "onnxruntime", "numpy", "av", "opencv-python-headless")
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")
"""What the processor may or may not have that networks run faster on."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The hardware and its system, as the system tells of itself."""

    cpu: str
    cores: int
    """That this process may use."""
    flags: tuple[str, ...]
    """Of `FLAGS`, those that the processor has."""
    memory_gib: float
    system: str
    python: str


def this_machine(proc: Path = Path("/proc")) -> Machine:
    """The machine that this process runs on; what cannot be read is `unknown` or 0."""
    cpu = _fields(proc / "cpuinfo")
    flags = set(cpu.get("flags", "").split())
    memory_kib = _fields(proc / "meminfo").get("MemTotal", "0 kB").split()[0]
    return Machine(
        cpu=_cpu_name(cpu),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        flags=tuple(flag for flag in FLAGS if flag in flags),
        memory_gib=round(int(memory_kib) / 2**20, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def installed_here() -> dict[str, str]:
    """The version of every package, peer and program that a figure may hang on."""
    versions = {name: _version(name) for name in PACKAGES}
    versions["ffmpeg"] = _ffmpeg_version()
    for peer in PEERS.values():
        found = installed_versions(peer)
        versions |= {f"peer {package}": version for package, version in found.items()}
    return versions


def _fields(path: Path) -> dict[str, str]:
    """The first value of every `name : value` line."""
    if not path.is_file():
        return {}
    fields: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    return fields


def _cpu_name(cpu: Mapping[str, str]) -> str:
    """The model's name with the numbers that tell apart what hosts call by one name."""
    if "model name" not in cpu:
        return platform.processor() or "unknown"
    numbers = [cpu.get(field, "?") for field in ("cpu family", "model", "stepping")]
    return f"{cpu['model name']} (family {numbers[0]}, model {numbers[1]}, stepping {numbers[2]})"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _ffmpeg_version() -> str:
    if shutil.which("ffmpeg") is None:
        return "not installed"
    told = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return told.stdout.split()[2]
