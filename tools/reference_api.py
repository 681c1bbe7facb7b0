"""`docs/reference/api.md`: the server's routes and bodies, out of its OpenAPI."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, get_args

from fastapi.routing import APIRoute

from playbill.archive.archive import Archive
from playbill.server.app import ROUTERS, create_app
from playbill.server.auth import Admin, Analyst, Anybody, Curator, Labeller, Reader
from playbill.server.settings import ServerSettings
from tools.markdown import code, one_line, page, table

HEAD = """`playbill serve` answers under these addresses; [the guide](../how-to/server.md)
shows them at work. The same for programs is at `/v1/openapi.json` of every server, with all limits
of each field. What is under "needs" is the scope of the key, or what the user's role allows. Every
refusal is a [problem](#problembody). What changes something that has an `ETag` needs `If-Match`;
a POST, but those of uploads and sessions, takes an `Idempotency-Key`. Lists come in pages: `next`
of one is `after` of the next."""
SCOPES = MappingProxyType(
    {
        get_args(kind)[1].dependency: name
        for kind, name in (
            (Reader, "read"),
            (Analyst, "analyse"),
            (Labeller, "label"),
            (Curator, "curate"),
            (Admin, "admin"),
            (Anybody, "any"),
        )
    }
)
"""What lets a caller in, and the scope that it asks for."""


HELD_BY_ALL = frozenset({"If-Match", "If-None-Match", "Idempotency-Key"})
"""Headers that the head of the page speaks of."""
Operation = tuple[str, str, Mapping[str, Any]]
"""Method, path, and what OpenAPI says of them."""


def api_page() -> str:
    """The page."""
    openapi, scopes = _openapi(), dict(_scopes())
    by_tag: dict[str, list[Operation]] = defaultdict(list)
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            tag, *_ = operation.get("tags", ["health"])
            by_tag[tag].append((method, path, operation))
    parts = [
        part for tag, some in by_tag.items() for part in (f"## {tag}", *_operations(some, scopes))
    ]
    schemas = openapi["components"]["schemas"]
    return page(
        "The server",
        HEAD,
        *parts,
        "## Bodies and answers",
        *(part for name in sorted(schemas) for part in _schema(name, schemas[name])),
    )


@cache
def _openapi() -> Mapping[str, Any]:
    """What the server says of itself."""
    with TemporaryDirectory(prefix="playbill-reference-") as folder:
        archive = Archive.create(Path(folder) / "archive")
        try:
            return create_app(archive, ServerSettings()).openapi()
        finally:
            archive.close()


def _scopes() -> Iterator[tuple[tuple[str, str], str]]:
    """Of each method and path, the scope that a caller needs."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                asked = [SCOPES.get(found.call) for found in route.dependant.dependencies]
                for method in route.methods or ():
                    yield (method.lower(), route.path_format), next(filter(None, asked), "")


def _operations(
    operations: list[Operation], scopes: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    yield table(
        ["call", "needs", "takes", "answers", "what it is for"],
        [
            [
                code(f"{method.upper()} {path}"),
                scopes[method, path] or "nothing",
                _body(operation),
                _answer(operation),
                one_line(f"{operation['summary']} {operation.get('description', '')}"),
            ]
            for method, path, operation in operations
        ],
    )
    rows = [
        [code(f"{method.upper()} {path}"), _parameter(parameter), _meaning(parameter)]
        for method, path, operation in operations
        for parameter in operation.get("parameters", ())
        if parameter["in"] != "path" and parameter["name"] not in HELD_BY_ALL
    ]
    if rows:
        yield table(["call", "parameter", "meaning"], rows)


def _parameter(parameter: Mapping[str, Any]) -> str:
    kind, needed = _type(parameter["schema"]), ", required" if parameter.get("required") else ""
    where = "" if parameter["in"] == "query" else f", {parameter['in']}"
    return f"{code(parameter['name'])} {kind}{where}{needed}"


def _meaning(parameter: Mapping[str, Any]) -> str:
    said = one_line(parameter.get("description", ""))
    default = parameter["schema"].get("default")
    return (
        f"{said} Default: {code(json.dumps(default))}." if default not in (None, [], "") else said
    )


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return ", ".join(_of_type(kind, found) for kind, found in content.items())


def _answer(operation: Mapping[str, Any]) -> str:
    found = [
        f"{status} {_types(answer)}".strip()
        for status, answer in operation["responses"].items()
        if status.isdigit()
    ]
    return "; ".join(found)


def _types(answer: Mapping[str, Any]) -> str:
    content = answer.get("content", {})
    return ", ".join(_of_type(kind, found) for kind, found in content.items())


def _of_type(kind: str, found: Mapping[str, Any]) -> str:
    """The schema's name, or the type of a body that is no such JSON."""
    schema = found.get("schema", {})
    named = "$ref" in schema or "$ref" in schema.get("items", {})
    return _type(schema) if named else code(kind)


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield one_line(re.split(r"\n\n", schema.get("description", ""))[0])
    if "$defs" in schema:
        yield "Key by key: [the document](document.md)."
        return
    needed = schema.get("required", [])
    yield table(
        ["field", "type", "meaning"],
        [
            [
                code(field),
                _type(value) + ("" if field in needed or "Shown" in name else ", optional"),
                one_line(value.get("description", "")),
            ]
            for field, value in schema.get("properties", {}).items()
        ],
    )


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a word or two; what is one of several has them all."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(code(json.dumps(one)) for one in schema["enum"])
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format", schema.get("type", "any")))
