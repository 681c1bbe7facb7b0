"""Under which names the server answers: a page of another site must not reach it under its own.

By DNS rebinding a page of `evil.example` asks for `evil.example` again, which by then leads to this
machine; the browser takes both for one site. What the server is called in the `Host` header tells.
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

from starlette.types import Scope

from playbill.errors import ArchiveError
from playbill.server.problems import Problem

ALWAYS = "localhost"


class Hosts:
    """Answers to `localhost`, IP addresses, which nobody can rebind, and the names it is given."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {ALWAYS, *(name.lower().removesuffix(".") for name in names)}

    def check(self, scope: Scope) -> None:
        """Refuse what is asked of another.

        Raises:
            Problem: 421.
        """
        given = [value for name, value in scope["headers"] if name == b"host"]
        found = given[0].decode("latin-1") if len(given) == 1 else ""
        name = _without_port(found).lower().removesuffix(".")
        if name not in self._names and not _is_address(name):
            names = ", ".join(sorted(self._names))
            raise Problem(
                421,
                f"Host: found {found[:100]!r}, expected {names} or an IP address; "
                "further names are given by playbill serve --name",
                "other-host",
                where="Host",
                found=found[:100],
            )


def to_proxies(texts: Sequence[str]) -> tuple[str, ...]:
    """Addresses, or networks, of proxies whose word on who asks is taken.

    Raises:
        ArchiveError: one is none.
    """
    for text in texts:
        try:
            ip_network(text)
        except ValueError as error:
            raise ArchiveError(
                f"proxy: found {text!r}, expected an IP address or a network like 10.0.0.0/8"
            ) from error
    return tuple(texts)


def _without_port(host: str) -> str:
    """The name, or the address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
