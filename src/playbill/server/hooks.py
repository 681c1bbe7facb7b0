"""Web hooks: somebody is told that a job is over, and nobody is reached who should not be."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from playbill.server.problems import Problem
from playbill.server.settings import ServerSettings

PORTS = {"http": 80, "https": 443}


def check_address(address: str, settings: ServerSettings) -> SplitResult:
    """Refuse an address that may not be called.

    Raises:
        Problem: 422, it is none, or its host is not allowed.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _refused(address, str(error)) from error
    if parts.scheme not in PORTS or host is None or port == 0:
        raise _refused(address, "expected https://HOST/PATH")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused(address, "expected no user, password or fragment in it")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise _refused(address, "expected visible ASCII characters")
    if host.lower() not in {name.lower() for name in settings.hook_hosts}:
        allowed = ", ".join(settings.hook_hosts) or "none at all"
        raise _refused(address, f"expected a host that this server may call: {allowed}")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: no private, local or special one."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner:
            return is_public(str(inner))
    return found.is_global and not (found.is_multicast or found.is_reserved)


def _refused(address: str, reason: str) -> Problem:
    return Problem(
        422,
        f"hook: found {address[:100]!r}, {reason}",
        "hook-refused",
        where="hook",
        found=address[:100],
    )
