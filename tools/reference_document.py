"""`docs/reference/document.md`: the JSON document, from its schema."""

import json
from collections.abc import Iterator

from playbill.archive.document import SCHEMA, Json
from playbill.archive.reading import document_schema
from tools.markdown import code, page, table

HEAD = """One document describes one picture or video. `playbill analyze` writes it;
`playbill report` and `playbill.read_document` read and validate it. Its JSON Schema, draft 2020-12,
is `playbill/archive/playbill-1.schema.json` in the package. It is closed: a key that does not
stand here is an error. Why it is as it is: [decision 18](../decisions/0018-document.md)."""


def document_page(example: str) -> str:
    """The page; `example` is the text of a valid document."""
    schema = document_schema()
    parts = [_section("The document", schema, schema)]
    for name, part in schema["$defs"].items():
        if "required" in part:
            parts.append(_section(code(name), part, schema))
    return page(
        f"The document {code(SCHEMA)}",
        HEAD,
        *parts,
        f"## An example\n\n```json\n{example.rstrip()}\n```",
    )


def _section(title: str, part: Json, schema: Json) -> str:
    rows = [
        [
            code(key),
            _type(value, schema),
            "yes" if required else "no",
            _meaning(value, schema, note),
        ]
        for key, value, required, note in _keys(part)
    ]
    text = [
        f"## {title}",
        part.get("description", ""),
        table(["key", "type", "always", "meaning"], rows),
    ]
    return "\n\n".join(filter(None, text))


def _keys(part: Json) -> Iterator[tuple[str, Json, bool, str]]:
    """Each key with its rules, whether it must be there, and for which kind."""
    for key, value in part.get("properties", {}).items():
        yield key, value, key in part.get("required", []), ""
    for branch in part.get("oneOf", []):
        kind = branch["properties"]["kind"]["const"]
        for key, value in branch["properties"].items():
            if key != "kind":
                yield key, value, key in branch["required"], f"Of kind `{kind}`. "


def _resolved(value: Json, schema: Json) -> Json:
    """The rules with those they refer to."""
    name = _referred(value)
    rules: Json = {**schema["$defs"][name], **value} if name else value
    return {key: rule for key, rule in rules.items() if key != "$ref"}


def _referred(value: Json) -> str:
    return str(value.get("$ref", "")).removeprefix("#/$defs/")


def _type(value: Json, schema: Json) -> str:
    name, rules = _referred(value), _resolved(value, schema)
    if name and "required" in rules:
        return f"[{code(name)}](#{name.lower()})"
    if "anyOf" in rules:
        return " or ".join(_type(choice, schema) for choice in rules["anyOf"])
    if "items" in rules:
        return f"array of {_type(rules['items'], schema)}"
    return _plain_type(rules)


def _plain_type(rules: Json) -> str:
    if "const" in rules or "enum" in rules:
        return ", ".join(
            code(json.dumps(value)) for value in rules.get("enum", [rules.get("const")])
        )
    if "properties" in rules:
        return f"object of {', '.join(map(code, rules['properties']))}"
    kinds = rules["type"] if isinstance(rules["type"], list) else [rules["type"]]
    return f"{' or '.join(kinds)}{_limits(rules)}"


def _limits(rules: Json) -> str:
    if "minimum" not in rules:
        return ""
    low = rules["minimum"]
    return f", {low} to {rules['maximum']}" if "maximum" in rules else f", at least {low}"


def _meaning(value: Json, schema: Json, note: str) -> str:
    rules = _resolved(value, schema)
    source = value if "required" in rules else rules
    return note + str(source.get("description", ""))
