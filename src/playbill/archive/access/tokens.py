"""Secrets that programs and browsers show: only their SHA-256 is kept.

They are random and 256 bits long, so a quick hash does; passwords are another matter.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

_TOKEN = re.compile(r"pb_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Token:
    """What a program sends: `pb_<id>_<secret>`."""

    key_id: str
    secret: str

    def __str__(self) -> str:
        return f"pb_{UUID(self.key_id).hex}_{self.secret}"

    def __repr__(self) -> str:
        return f"Token(pb_{UUID(self.key_id).hex}_...)"


def new_token() -> Token:
    """One that nobody has."""
    return Token(str(uuid4()), new_secret())


def read_token(text: str) -> Token | None:
    """The token in a header; None: it is none."""
    found = _TOKEN.fullmatch(text)
    return Token(str(UUID(found[1])), found[2]) if found else None


def new_secret() -> str:
    """256 random bits, 43 letters."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def is_secret(kept: str, secret: str) -> bool:
    """Whether `secret` is the one, in the same time for all wrong ones."""
    return hmac.compare_digest(kept, digest_of(secret))
