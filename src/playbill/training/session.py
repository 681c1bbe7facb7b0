"""This process on this machine: what a repetition of a training would have to match."""

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("playbill", "torch", "lightning-fabric", "pytorch-metric-learning", "numpy", "openvino")


def this_session() -> dict[str, Any]:
    """When, with what command, versions and devices; values of JSON."""
    return {
        "at": now(),
        "command": sys.argv,
        "python": platform.python_version(),
        "versions": _versions(),
        "machine": platform.machine(),
        **_torch(),
    }


def now() -> str:
    """The time, to the second, with a time zone."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    """Of those of `PACKAGES` that are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _torch() -> dict[str, Any]:
    """What torch computes on, where the training has loaded it: recognisers do without."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    devices = range(torch.cuda.device_count())
    return {
        "processor_threads": torch.get_num_threads(),
        "devices": [torch.cuda.get_device_name(device) for device in devices],
    }
