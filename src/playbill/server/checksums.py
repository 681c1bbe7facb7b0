"""What a piece of an upload is promised to be (tus's checksum extension)."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Protocol

from playbill.server.problems import Problem

ALGORITHMS = ("sha1", "sha256")


class RunningHash(Protocol):
    """A hash that is fed."""

    def update(self, data: bytes, /) -> None:
        """Feed it."""

    def digest(self) -> bytes:
        """Of all it was fed."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece is promised to be."""

    algorithm: str
    digest: bytes

    @classmethod
    def read(cls, header: str | None) -> "Checksum | None":
        """From `sha256 BASE64`; None: nothing is promised.

        Raises:
            Problem: 400, it is of another form or algorithm.
        """
        if header is None:
            return None
        algorithm, _, text = header.partition(" ")
        try:
            if algorithm not in ALGORITHMS:
                raise ValueError(algorithm)
            return cls(algorithm, base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise Problem(
                400,
                f"Upload-Checksum: found {header[:80]!r}, expected `sha256 BASE64` "
                f"({' or '.join(ALGORITHMS)})",
                "malformed",
                where="Upload-Checksum",
            ) from error

    def begin(self) -> RunningHash:
        """What is to be fed with the piece."""
        return hashlib.sha256() if self.algorithm == "sha256" else hashlib.sha1()  # noqa: S324
