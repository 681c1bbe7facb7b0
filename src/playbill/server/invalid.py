"""What pydantic finds wrong in a request, as problems: what, where, found, expected."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from playbill.server.problems import Problem, wrong_type

_SHOULD = re.compile(
    r"\w+ should (?:be |have |match )?(.*?)(?:, unable to .*| after validation.*)?"
)
_WORDS = {"greater than or equal to": "at least", "less than or equal to": "at most"}
_LONGEST = 100


def problem_of_request(error: RequestValidationError) -> Problem:
    """All that is wrong with a request; the first of it as the problem's own members."""
    found = error.errors()
    for entry in found:
        if entry["type"] == "json_invalid":
            return _no_json(entry)
        if entry.get("loc") == ("body",) and isinstance(entry.get("input"), bytes):
            return wrong_type("Content-Type", "another", "application/json")
    errors = [_one(entry) for entry in found] or [{"where": "request", "what": "is invalid"}]
    first = errors[0]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Problem(
        422,
        _sentence(first) + more,
        "invalid",
        where=first["where"],
        found=first.get("found"),
        expected=first.get("expected"),
        more={"errors": errors},
    )


def _no_json(entry: Mapping[str, Any]) -> Problem:
    place = next((part for part in entry["loc"] if isinstance(part, int)), None)
    reason = entry.get("ctx", {}).get("error") or entry["msg"]
    at = "" if place is None else f" at character {place}"
    found = f"what is none{at}: {reason}"
    return Problem(400, f"body: expected JSON, found {found}", "malformed", "body", found, "JSON")


def _one(entry: Mapping[str, Any]) -> dict[str, str]:
    """One thing that is wrong; `found` and `expected` where they can be said."""
    said = {
        "where": ".".join(str(part) for part in entry.get("loc", ())) or "request",
        "what": str(entry.get("msg", "is invalid")),
    }
    kind, given = entry["type"], entry.get("input")
    if kind == "missing":
        return said | {"found": "nothing", "expected": "a value"}
    if not isinstance(given, dict | list):
        said["found"] = "null" if given is None else str(given)[:_LONGEST]
    if kind == "extra_forbidden":
        said["expected"] = "nothing of this name"
    elif should := _SHOULD.fullmatch(said["what"]):
        said["expected"] = should[1]
        for long, short in _WORDS.items():
            said["expected"] = said["expected"].replace(long, short)
    return said


def _sentence(said: Mapping[str, str]) -> str:
    parts = [f"{name} {said[name]}" for name in ("found", "expected") if name in said]
    return f"{said['where']}: {', '.join(parts) if 'expected' in said else said['what']}"
