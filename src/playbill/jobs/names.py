"""What workers are called in the queue, and how to tell that one is no more.

Several machines, or containers, may work on one archive, and may have one host name. A process can
be looked for only where its number means something: on the same machine, in the same container.
"""

import os
import socket
import uuid
from functools import cache
from hashlib import sha256
from pathlib import Path

import psutil

_HOSTS_OWN = "pid:[4026531836]"
"""The process namespace of a Linux that is no container."""


def worker_name(pid: int) -> str:
    """How a process of this machine is called: `host:place:pid`."""
    return f"{socket.gethostname()}:{this_place()}:{pid}"


def is_dead(name: str) -> bool:
    """Whether that worker was here and its process is gone; False: it lives, or nobody can say."""
    here, _, pid = name.rpartition(":")
    ours = worker_name(0).rpartition(":")[0]
    return here == ours and pid.isdecimal() and not psutil.pid_exists(int(pid))


@cache
def this_place() -> str:
    """8 hexadecimal digits: where process numbers mean the same.

    A machine keeps them when it starts anew, when all its processes are gone. A container has its
    own: image and host name may be those of others.
    """
    namespace = _namespace()
    machine = _read("/etc/machine-id")
    if namespace != _HOSTS_OWN or not machine:
        machine = _read("/proc/sys/kernel/random/boot_id") or f"{uuid.getnode():x}"
    return sha256(f"{machine} {namespace}".encode()).hexdigest()[:8]


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it leads to no path
    except OSError:
        return ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""
