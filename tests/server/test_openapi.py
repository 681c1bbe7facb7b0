"""What OpenAPI says: examples that fit, headers, every refusal."""

from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from playbill.archive.archive import Archive
from playbill.archive.reading import from_document
from playbill.server.app import create_app
from playbill.server.openapi import operations
from playbill.server.openapi_examples import example_document
from playbill.server.settings import ServerSettings


@pytest.fixture
def spec(archive: Archive) -> dict[str, Any]:
    return create_app(archive, ServerSettings()).openapi()


def bodies(operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All JSON of an operation, with its schema and example."""
    places = [operation.get("requestBody", {}), *operation["responses"].values()]
    return [
        content
        for place in places
        for kind, content in place.get("content", {}).items()
        if kind.endswith("json") and (content or kind == "application/json")
    ]


def test_every_body_has_an_example_that_fits_its_schema(spec: dict[str, Any]) -> None:
    seen = 0
    for method, path, operation in operations(spec):
        for body in bodies(operation):
            schema = {**body["schema"], "components": spec["components"]}
            try:
                jsonschema.Draft202012Validator(schema).validate(body["example"])
            except jsonschema.ValidationError as error:
                raise AssertionError(f"{method} {path}: {error.message}") from error
            seen += 1
    assert seen > 100


def test_the_example_of_a_document_is_one() -> None:
    assert from_document(example_document(), "example").media.name == "sky.jpg"


def test_headers_are_said_where_they_count(spec: dict[str, Any]) -> None:
    rename = spec["paths"]["/v1/people/{person_id}"]["patch"]
    assert "ETag" in rename["responses"]["200"]["headers"]
    assert [one["required"] for one in rename["parameters"] if one["name"] == "If-Match"] == [True]
    assert {"412", "428", "404", "409", "401", "403"} <= set(rename["responses"])
    add = spec["paths"]["/v1/people"]["post"]
    assert "Idempotency-Key" in [one["name"] for one in add["parameters"]]
    assert "Retry-After" in add["responses"]["429"]["headers"]
    assert "Retry-After" in add["responses"]["503"]["headers"]


def test_refusals_are_problems(spec: dict[str, Any]) -> None:
    for method, path, operation in operations(spec):
        for status, response in operation["responses"].items():
            if status[0] in "45":
                assert list(response["content"]) == ["application/problem+json"], (method, path)
