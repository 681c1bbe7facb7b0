"""`docs/reference/cli.md`: every command, argument and option, with help and default."""

import inspect
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from playbill.cli.commands import COMMANDS
from playbill.cli.lazy import Command
from tools.markdown import code, docstring, page, table

HEAD = """`playbill --help` and `playbill COMMAND --help` say the same. What a command does in
practice stands in the [how-to guides](../how-to.md).

| exit code | meaning |
| --- | --- |
| 0 | everything went well |
| 2 | something was refused (`error:` lines on standard error), or the command line is wrong |
| 130 | stopped with Ctrl-C; nothing is left half written |"""


def cli_page() -> str:
    """The page."""
    commands = [_command(words, callback) for words, callback in all_commands()]
    return page("Command line", HEAD, *commands)


def all_commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """`models pull` and what answers to it, for every command."""
    for row in COMMANDS:
        if isinstance(row, Command):
            yield row.words, row.function()


def _command(words: str, callback: Callable[..., Any]) -> str:
    hints = get_type_hints(callback, include_extras=True)
    arguments, options = [], []
    for name, parameter in inspect.signature(callback).parameters.items():
        kind, info = get_args(hints[name])[:2]
        if isinstance(info, ArgumentInfo):
            arguments.append(
                [code(name.upper()), _values(kind, info), _default(parameter), info.help or ""]
            )
        elif isinstance(info, OptionInfo):
            names = ", ".join(map(code, _names(name, info)))
            options.append([names, _values(kind, info), _default(parameter), info.help or ""])
    parts = [f"## playbill {words}", docstring(callback.__doc__ or "")]
    parts += [table(["argument", "value", "default", "meaning"], arguments)] if arguments else []
    parts += [table(["option", "value", "default", "meaning"], options)] if options else []
    return "\n\n".join(parts)


def _names(name: str, info: OptionInfo) -> list[str]:
    """The spellings of an option: the one that was given, or the parameter's name."""
    given = [info.default, *(info.param_decls or ())]
    spelled = [word for word in given if isinstance(word, str)]
    return (
        spelled
        if any(word.startswith("--") for word in spelled)
        else [f"--{name.replace('_', '-')}", *spelled]
    )


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return "required"
    shown = parameter.default not in {None, ""} and parameter.default is not False
    return code(str(parameter.default)) if shown else ""


def _values(kind: Any, info: ArgumentInfo | OptionInfo) -> str:
    if get_origin(kind) in {Union, UnionType}:
        return _values(next(one for one in get_args(kind) if one is not type(None)), info)
    if get_origin(kind) is Literal:
        return ", ".join(map(code, get_args(kind)))
    if get_origin(kind) is list:
        return f"{_values(get_args(kind)[0], info)}, any number"
    words = {
        "Path": "path",
        "str": "text",
        "int": "whole number",
        "float": "number",
        "bool": "flag",
        "datetime": "day, or day and time",
    }
    limits = [f"from {info.min:g}"] if info.min is not None else []
    limits += [f"to {info.max:g}"] if info.max is not None else []
    return " ".join([words[kind.__name__], *limits])
