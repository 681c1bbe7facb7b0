"""Passwords: which are good enough, and how they are kept (argon2id)."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from playbill.archive.packing import is_text
from playbill.errors import ArchiveError

LEAST_LETTERS = 12
MOST_LETTERS = 256
"""Hashing takes longer the longer the password."""
_WEAK = frozenset(
    {"password", "passwort", "playbill", "changeme", "letmein", "administrator", "admin", "secret"}
    | {"qwertyuiop", "default", "welcome", "iloveyou"}
)

_hasher = PasswordHasher()
"""With the library's parameters, which are those of RFC 9106 for little memory: 64 MiB."""


def require_good(password: str, name: str) -> None:
    """Refuse what is guessed at once.

    Raises:
        ArchiveError: no text, too short, too long, of few letters, the user's name, or in
            everybody's list.
    """
    if not is_text(password):
        raise ArchiveError("the password is no text, expected UTF-8")
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise ArchiveError(
            f"the password has {len(password)} letters, expected {LEAST_LETTERS} to {MOST_LETTERS}"
        )
    if len(set(password)) < 5:
        raise ArchiveError("the password repeats a few letters, expected at least 5 different ones")
    bare = "".join(letter for letter in password.casefold() if letter.isalpha())
    if bare in _WEAK or bare == name.casefold() or password.casefold() == name.casefold():
        raise ArchiveError("the password is a word that is tried first, expected one of your own")


def new_password() -> str:
    """A good one that nobody knows: 120 bits."""
    return secrets.token_urlsafe(15)


def hash_password(password: str) -> str:
    """What is kept of a password: argon2id with its own salt. Takes tens of milliseconds."""
    return _hasher.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether `password` is the one; None takes as long as a wrong one."""
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


@cache
def _nobodys() -> str:
    return hash_password(secrets.token_urlsafe(32))
