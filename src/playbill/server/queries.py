"""Words in the query that a call does not have are refused: a misspelt condition is none at all."""

from typing import Any

from fastapi import Request

from playbill.server.problems import Problem

_SHOWN = 60


def refuse_unknown(request: Request) -> None:
    """For every route: what its OpenAPI names may stand in the query, and nothing else.

    Raises:
        Problem: 422, there is more.
    """
    if not request.query_params:
        return
    known = _known(request)
    unknown = next((name for name in request.query_params if name not in known), None)
    if unknown is not None:
        found = unknown[:_SHOWN]
        expected = f"one of {', '.join(known)}" if known else "nothing"
        detail = f"query: found {found}, expected {expected}"
        raise Problem(422, detail, "invalid", "query", found, expected)


def _known(request: Request) -> list[str]:
    """In the order of the reference."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    operation = paths[request.scope["route"].path_format][request.method.lower()]
    return [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
