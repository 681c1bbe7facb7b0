"""`playbill`: one command line for everything."""

import sys
from typing import Annotated, Any

import typer

from playbill.cli.commands import COMMANDS
from playbill.cli.lazy import LazyGroup
from playbill.errors import PlaybillError
from playbill.version import __version__


class Root(LazyGroup):
    """The commands of the table; the rest comes from `app`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(COMMANDS, **attributes)


app = typer.Typer(
    cls=Root,
    help="Who and what appears when and where, in pictures and video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version."),
    ] = False,
) -> None:
    """Who and what appears when and where, in pictures and video."""


def main() -> None:
    """Run the command line: a refusal is one sentence and exit code 2, Ctrl-C is 130."""
    try:
        app()
    except PlaybillError as error:
        from playbill.cli.console import EXIT_BAD_INPUT, complain  # noqa: PLC0415 - rich is slow

        complain(error)
        sys.exit(EXIT_BAD_INPUT)
