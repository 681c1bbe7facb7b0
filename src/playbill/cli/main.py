"""`playbill`: one command line for everything."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from playbill.cli import archive, dataset, evaluate, models, people, train
from playbill.cli.analyze import analyze
from playbill.cli.console import EXIT_BAD_INPUT, complain
from playbill.cli.demo import demo
from playbill.cli.enrol import enrol
from playbill.cli.export import export
from playbill.cli.report import report
from playbill.cli.serve import serve
from playbill.cli.users import keys, users
from playbill.errors import PlaybillError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Who and what appears when and where, in pictures and video.",
)
app.command()(analyze)
app.command()(enrol)
app.command()(report)
app.command()(export)
app.command()(serve)
app.command()(demo)
app.add_typer(archive.app, name="archive")
app.add_typer(people.app, name="people")
app.add_typer(users, name="users")
app.add_typer(keys, name="keys")
app.add_typer(dataset.app, name="dataset")
app.add_typer(train.app, name="train")
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("playbill"))
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
        complain(error)
        sys.exit(EXIT_BAD_INPUT)
