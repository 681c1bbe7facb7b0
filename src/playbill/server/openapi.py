"""What OpenAPI says beyond the routes: headers, refusals, and an example of every body."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI

from playbill.archive.reading import document_schema
from playbill.server.once import HEADER
from playbill.server.openapi_examples import Examples, example_document
from playbill.server.problems import MEDIA_TYPE
from playbill.server.schemas.shared import ProblemBody

Json = dict[str, Any]

ETAGS = frozenset(
    {
        ("get", "/v1/media/{media_id}"),
        ("get", "/v1/media/{media_id}/document"),
        ("get", "/v1/media/{media_id}/file"),
        ("head", "/v1/media/{media_id}/file"),
        ("get", "/v1/media/{media_id}/frames/{index}.jpg"),
        ("get", "/v1/crops/{key}"),
        ("get", "/v1/jobs/{job_id}"),
        ("patch", "/v1/jobs/{job_id}"),
        ("post", "/v1/people"),
        ("get", "/v1/people/{person_id}"),
        ("patch", "/v1/people/{person_id}"),
        ("get", "/v1/clusters/{cluster_id}"),
        ("post", "/v1/users"),
        ("get", "/v1/users/{user_id}"),
        ("patch", "/v1/users/{user_id}"),
    }
)
"""Operations whose answer has an ETag."""
CONDITIONAL = frozenset(
    {
        "/v1/media/{media_id}",
        "/v1/media/{media_id}/document",
        "/v1/media/{media_id}/file",
        "/v1/media/{media_id}/frames/{index}.jpg",
        "/v1/crops/{key}",
    }
)
"""Whoever has these already gets 304."""
NOT_ONCE = ("/v1/uploads", "/v1/sessions", "/v1/search")
"""Paths whose POSTs take no idempotency key: they have their own, or may be sent again anyway."""
TUS_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Tus-Resumable": "Version of the protocol.",
        "Upload-Offset": "So many bytes are there.",
        "Upload-Expires": "When an upload that nobody goes on with is dropped.",
    }
)
WHY: Mapping[int, str] = MappingProxyType(
    {
        400: "It is malformed.",
        401: "Nobody is known by this key or session.",
        403: "It is not for this caller.",
        404: "It is not there.",
        406: "No format has this media type.",
        408: "The body came too slowly.",
        409: "It does not go with what is there now.",
        412: "It was changed meanwhile: look again.",
        413: "It is larger than this server takes.",
        415: "It is of another kind than expected.",
        416: "The file has no such bytes.",
        422: "It cannot be so.",
        423: "Another request writes to it just now.",
        428: "It needs If-Match.",
        429: "Too many requests: come again later.",
        460: "What came is not what was promised: send it again.",
        500: "The server failed; its log says why.",
        501: "This server lacks an optional part for it.",
        503: "Busy, or the data base is away: come again later.",
        507: "The disk is full; nothing was kept.",
    }
)
LATER = (409, 429, 503)
"""With Retry-After, if it is known when to come again."""
_TEXT: Json = {"type": "string"}


def describe(app: FastAPI) -> None:
    """Let `app` tell more of itself than FastAPI finds out."""
    plain = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = completed(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def completed(plain: Json) -> Json:
    """With headers, refusals and examples; `plain` stays as it is."""
    spec = deepcopy(plain)
    schemas: Json = spec["components"]["schemas"]
    schemas["ProblemBody"] = ProblemBody.model_json_schema()
    schemas["Document"] = _document()
    examples = Examples(schemas)
    for method, path, operation in operations(spec):
        _add_parameters(method, path, operation)
        _add_headers(method, path, operation)
        operation["responses"].pop("422", None)
        for status in refusals(method, path, operation):
            operation["responses"][str(status)] = _refusal(status)
        _add_examples(operation, examples)
    return spec


def operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    """Method, path, and what is said of them."""
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def refusals(method: str, path: str, operation: Mapping[str, Any]) -> list[int]:
    """With which statuses an operation may refuse."""
    if path == "/healthz":
        return [500]
    found = {500, 503}
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    if operation.get("security"):
        found |= {400, 401, 403, 429}
    if names:
        found |= {404, 422}
    if method in {"post", "patch", "delete"}:
        found |= {400, 404, 409, 422, 429, 507}
    if "requestBody" in operation:
        found |= {400, 401, 408, 413, 415}
    if "If-Match" in names:
        found |= {412, 428}
    if path.startswith("/v1/uploads"):
        found |= {412, 413, 423, 460}
    if path.endswith("/document"):
        found |= {406, 501}
    if path.endswith("/file"):
        found |= {416}
    return sorted(found)


def is_once(method: str, path: str) -> bool:
    """Whether an operation may be sent again under an idempotency key."""
    return method == "post" and not path.startswith(NOT_ONCE)


def _add_parameters(method: str, path: str, operation: Json) -> None:
    parameters: list[Json] = operation.setdefault("parameters", [])
    if is_once(method, path):
        said = "Sent again with the same key and body, it is answered again and not done again."
        parameters.append(
            {
                "name": HEADER,
                "in": "header",
                "required": False,
                "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
                "description": said,
                "example": "6fa459ea-ee8a-3ca4-894e-db77e160355e",
            }
        )
    if (method, path) in ETAGS and path in CONDITIONAL:
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "schema": _TEXT,
                "description": "ETags of what the sender has: 304 if it is still so.",
            }
        )
        operation["responses"].setdefault("304", {"description": "The sender has it already."})
    for parameter in parameters:
        # It is looked for by hand, so that its absence is a 428.
        parameter["required"] = parameter["required"] or parameter["name"] == "If-Match"
    if not parameters:
        del operation["parameters"]


def _add_headers(method: str, path: str, operation: Json) -> None:
    for status, response in operation["responses"].items():
        headers: Json = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"schema": _TEXT, "description": "As in the server's log."}
        if status.startswith("2") and (method, path) in ETAGS:
            said = "Of this version: for If-Match, or If-None-Match."
            headers["ETag"] = {"schema": _TEXT, "description": said}
        if status in {"201", "202"} and not path.startswith("/v1/sessions"):
            headers["Location"] = {"schema": _TEXT, "description": "Where it is."}
        if path.startswith("/v1/uploads"):
            headers |= {
                name: {"schema": _TEXT, "description": said} for name, said in TUS_HEADERS.items()
            }


def _refusal(status: int) -> Json:
    """A response that is a problem."""
    title = HTTPStatus(status).phrase if status != 460 else "Checksum Mismatch"
    example = {
        "type": f"urn:playbill:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": WHY[status],
        "instance": "urn:uuid:6fa459ea-ee8a-3ca4-894e-db77e160355e",
    }
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    headers: Json = {"X-Request-ID": {"schema": _TEXT, "description": "As in the server's log."}}
    if status in LATER:
        said = "In so many seconds, if that is known."
        headers["Retry-After"] = {"schema": {"type": "integer"}, "description": said}
    return {
        "description": WHY[status],
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


def _add_examples(operation: Json, examples: Examples) -> None:
    """An example of each body that is JSON or a form; of pictures there is none to show."""
    bodies = [operation.get("requestBody", {}).get("content", {})]
    bodies += [
        response.get("content", {})
        for status, response in operation["responses"].items()
        if status.startswith("2")
    ]
    for content in bodies:
        for kind, body in content.items():
            if "example" not in body and kind in {"application/json", "multipart/form-data"}:
                body["example"] = examples.of(body.get("schema", {}))


def _document() -> Json:
    """The schema of documents, with its own definitions inside."""

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: moved(inner) for name, inner in value.items() if name != "$id"}
        if isinstance(value, list):
            return [moved(inner) for inner in value]
        if isinstance(value, str) and value.startswith("#/$defs/"):
            return value.replace("#/", "#/components/schemas/Document/", 1)
        return value

    schema = moved(document_schema())
    schema.pop("$schema", None)
    return {**schema, "example": example_document()}
