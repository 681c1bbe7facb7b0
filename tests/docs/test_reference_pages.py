"""The reference says what the code says."""

import json
from pathlib import Path

import jsonschema
import pytest
from fastapi.routing import APIRoute

from playbill import to_document
from playbill.archive.reading import document_schema, read_document
from playbill.server.app import ROUTERS
from tools.reference import DOCS, REMAKE, outdated, pages

EXAMPLE = DOCS / "reference" / "example.json"


@pytest.mark.parametrize("name", pages())
def test_a_page_is_what_the_code_says(name: str) -> None:
    committed = (DOCS / name).read_text("utf-8")

    assert committed == pages()[name], f"docs/{name} is outdated; remake it: {REMAKE}"


def test_a_page_that_was_changed_by_hand_is_found(tmp_path: Path) -> None:
    for name, text in pages().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "reference" / "cli.md").write_text("by hand", encoding="utf-8")
    (tmp_path / "reference" / "models.md").unlink()

    assert outdated(tmp_path) == ["reference/cli.md", "reference/models.md"]


def test_the_example_is_a_document() -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))

    jsonschema.validate(document, document_schema())

    assert to_document(read_document(EXAMPLE)) == document


def test_every_key_of_the_schema_stands_in_the_reference() -> None:
    page = pages()["reference/document.md"]
    schema = document_schema()
    parts = [schema, *schema["$defs"].values()]
    keys = {key for part in parts for key in part.get("properties", {})}

    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


def test_every_call_of_the_server_stands_in_the_reference_with_what_it_needs() -> None:
    page = pages()["reference/api.md"]
    calls = {
        f"| `{method} {route.path_format}` | "
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    assert [call for call in sorted(calls) if call not in page] == []
    assert "| `POST /v1/users` | admin | " in page
    assert "| `GET /healthz` | nothing | " in page
