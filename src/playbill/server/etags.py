"""ETags: what is edited must be what was looked at (RFC 9110, If-Match)."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from playbill.server.problems import Problem

_ONE = re.compile(r'\s*(W/)?"([^"]*)"\s*')


def etag(version: int, shown: str = "") -> str:
    """The ETag of that version of something; `shown`: of what is told beside it, as an ETag.

    >>> etag(3), etag(3, '"ab"')
    ('"3"', '"3.ab"')
    """
    return f'"{version}.{shown.strip(chr(34))}"' if shown else f'"{version}"'


@dataclass(frozen=True, slots=True)
class Match:
    """The versions that the sender has looked at."""

    versions: frozenset[str] | None
    """None: any (`*`)."""

    def check(self, version: int) -> None:
        """Refuse, in the transaction that edits, what was edited meanwhile.

        Raises:
            Problem: 412.
        """
        if self.versions is not None and str(version) not in self.versions:
            found = ", ".join(sorted(self.versions))[:100]
            raise Problem(
                412,
                f"If-Match: it was changed meanwhile, found {found or 'nothing'}, "
                f"expected {etag(version)}: look again",
                "changed-meanwhile",
                where="If-Match",
                found=found,
                expected=etag(version),
                headers={"ETag": etag(version)},
            )


def to_match(if_match: str | None) -> Match:
    """Read the header.

    Raises:
        Problem: 428, it is not there; 400, it holds no ETags.
    """
    if if_match is None:
        raise Problem(
            428,
            "If-Match: found nothing, expected the ETag of what is to be edited",
            "precondition-required",
            where="If-Match",
        )
    if if_match.strip() == "*":
        return Match(None)
    found = [_ONE.fullmatch(part) for part in if_match.split(",")]
    if not all(found):
        raise Problem(
            400,
            f"If-Match: found {if_match[:100]!r}, expected ETags in quotation marks",
            "malformed",
            where="If-Match",
            found=if_match[:100],
        )
    # A weak ETag never matches here.
    return Match(frozenset(one[2].partition(".")[0] for one in found if one and not one[1]))


def _matching(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The ETag of what is to be edited.", examples=['"1"']),
    ] = None,
) -> Match:
    return to_match(if_match)


IfMatch = Annotated[Match, Depends(_matching)]
"""A route's parameter of this type makes If-Match a duty."""
