"""Commands that are known by name and one line, and imported when one of them is meant.

A help page or a completion of names needs no network, data base or decoder; importing them takes
seconds. So `commands.py` says where each command is, and only the command that is typed is loaded.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words, the function that does it, and its line in the list of commands."""

    words: str
    """What is typed after `playbill`."""
    place: str
    """`MODULE:FUNCTION`, in `playbill.cli`."""
    line: str
    """The first sentence of the function's docstring; a test compares them."""
    negative_numbers: bool = False
    """`-5` is an argument, not an option."""

    def function(self) -> Callable[..., Any]:
        """The function itself, imported."""
        module, name = self.place.split(":")
        found: Callable[..., Any] = getattr(import_module(f"playbill.cli.{module}"), name)
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """The words that several commands begin with, and their line in the list of commands."""

    words: str
    line: str


class LazyGroup(TyperGroup):
    """A group that lists its commands from a table, and imports the one that is meant."""

    def __init__(self, rows: Iterable[Command | Group], words: str = "", **attributes: Any) -> None:
        self._rows = tuple(row for row in rows if row.words.startswith(words))
        self._here = {
            name: row
            for row in self._rows
            if (name := row.words.removeprefix(words)) and " " not in name
        }
        attributes["commands"] = {
            name: TyperCommand(name, help=row.line) for name, row in self._here.items()
        }
        super().__init__(**attributes)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """The command that the first word names, loaded; None where it is still being typed."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, self.loaded(name) if name and listed else None, rest

    def loaded(self, name: str) -> TyperCommand | TyperGroup:
        """A command of this group with its arguments and options, or a group within it."""
        row = self._here[name]
        if isinstance(row, Group):
            rows, words = self._rows, f"{row.words} "
            return LazyGroup(rows, words, name=name, help=row.line, no_args_is_help=True)
        alone = typer.Typer(add_completion=False)
        settings = {"ignore_unknown_options": row.negative_numbers}
        alone.command(name, context_settings=settings)(row.function())
        return typer.main.get_command(alone)  # type: ignore[return-value] # one command alone
