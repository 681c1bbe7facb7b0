"""What people may do, by role; keys may do no more than the person they belong to."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from playbill.errors import ArchiveError

Role = Literal["viewer", "labeller", "curator", "admin"]
Scope = Literal["read", "analyse", "label", "curate", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most."""
SCOPES: tuple[Scope, ...] = get_args(Scope)

ALLOWED: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {
        "viewer": frozenset({"read", "analyse"}),
        "labeller": frozenset({"read", "analyse", "label"}),
        "curator": frozenset({"read", "analyse", "label", "curate"}),
        "admin": frozenset(SCOPES),
    }
)
"""read: look and search; analyse: have pictures analysed that are not kept; label: say who is who;
curate: add media, merge and forget people, choose runs; admin: users, keys and the audit log."""


def to_role(text: str) -> Role:
    """The role of that name.

    Raises:
        ArchiveError: there is none.
    """
    if text not in ROLES:
        raise ArchiveError(f"{text!r}: no such role, expected one of {', '.join(ROLES)}")
    return text


def to_scopes(texts: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes of these names, each once, from the least to the most.

    Raises:
        ArchiveError: one is none, or none is given.
    """
    given = set(texts)
    if unknown := sorted(given - set(SCOPES)):
        raise ArchiveError(f"{unknown[0]!r}: no such scope, expected some of {', '.join(SCOPES)}")
    if not given:
        raise ArchiveError(
            f"a key without scopes is of no use, expected some of {', '.join(SCOPES)}"
        )
    return tuple(scope for scope in SCOPES if scope in given)
