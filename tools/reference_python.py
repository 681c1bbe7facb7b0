"""`docs/reference/python.md`: signatures and docstrings of what is public."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from textwrap import dedent
from typing import Any

import playbill
from playbill import client, errors
from tools.markdown import code, docstring, one_line, page, table

HEAD = """`import playbill` gives the names of the first part. They and the errors are what Playbill
keeps stable; what results are made of stands below. Every refusal is a `PlaybillError`: one
sentence that says what, where, found, expected."""

MADE_OF = (
    ("playbill.core.media", "MediaInfo"),
    ("playbill.core.run", "RunRecord"),
    ("playbill.core.run", "Coverage"),
    ("playbill.core.run", "ModelUse"),
    ("playbill.core.run", "GalleryUse"),
    ("playbill.core.metadata", "FrameMetadata"),
    ("playbill.core.metadata", "Thing"),
    ("playbill.core.metadata", "FaceBox"),
    ("playbill.core.people", "Match"),
    ("playbill.core.people", "Person"),
    ("playbill.core.timespan", "TimeSpan"),
)
MANY_MEDIA = (
    ("playbill.pipeline.opening", "open_analyzer"),
    ("playbill.pipeline.analyze", "Analyzer"),
    ("playbill.pipeline.hooks", "Progress"),
)


def python_page() -> str:
    """The page."""
    public = [(getattr(playbill, name).__module__, name) for name in playbill.__all__]
    return page(
        "Python",
        HEAD,
        "## playbill",
        *(_entry(*place) for place in public if place[0] != "playbill.errors"),
        "## Errors",
        _errors(),
        "## What an analysis is made of",
        *(_entry(*place) for place in MADE_OF),
        "## Many media with networks opened once",
        *(_entry(*place) for place in MANY_MEDIA),
        "## A server from Python",
        *(_entry(getattr(client, name).__module__, name) for name in client.__all__),
    )


def _errors() -> str:
    """The tree of the module's docstring, as it stands there."""
    return f"In `playbill.errors`:\n\n```text\n{_tree(errors.__doc__ or '')}\n```"


def _tree(text: str) -> str:
    return "\n".join(
        line for line in text.splitlines() if line.startswith(("Playbill", "├", "│", "└"))
    )


def _entry(module: str, name: str) -> str:
    thing = getattr(import_module(module), name)
    home = f"### {name}\n\nIn `{module}`."
    if inspect.isclass(thing):
        return "\n\n".join([home, *_class(thing)])
    return "\n\n".join([home, *_function(_parsed(thing))])


def _parsed(thing: Any) -> Any:
    return ast.parse(dedent(inspect.getsource(thing))).body[0]


def _class(thing: type[Any]) -> Iterator[str]:
    node = _parsed(thing)
    yield docstring(ast.get_docstring(node) or "")
    fields = [
        _field(field, after) for field, after in zip(node.body, [*node.body[1:], None], strict=True)
    ]
    rows = [row for row in fields if row]
    if rows:
        yield table(["field", "type", "default", "meaning"], rows)
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
            yield from _function(method)


def _field(field: ast.stmt, after: ast.stmt | None) -> list[str]:
    """A row for `name: type = default` and the string that stands behind it; else nothing."""
    if not isinstance(field, ast.AnnAssign):
        return []
    default = code(ast.unparse(field.value)) if field.value else ""
    meaning = ""
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
        meaning = one_line(str(after.value.value))
    return [code(ast.unparse(field.target)), code(ast.unparse(field.annotation)), default, meaning]


def _function(node: ast.FunctionDef) -> Iterator[str]:
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if "property" in decorators:
        yield f"```python\n{node.name}{answer.replace(' ->', ':')}\n```"
    else:
        yield f"```python\n{node.name}({_arguments(node.args)}){answer}\n```"
    yield docstring(ast.get_docstring(node) or "")


def _arguments(arguments: ast.arguments) -> str:
    """One argument a line where they would not fit into one."""
    text = ast.unparse(arguments).removeprefix("self").removeprefix(", ")
    if len(text) < 70:
        return ", ".join(_split(text))
    return "\n    " + ",\n    ".join(_split(text)) + ",\n"


def _split(text: str) -> list[str]:
    """At the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += character in "[("
        depth -= character in "])"
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [re.sub(r"(?<=[\w\]])=", " = ", part.strip()) for part in parts]
