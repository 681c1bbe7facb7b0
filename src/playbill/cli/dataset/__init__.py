"""`playbill dataset`: training data in and out."""

import typer

from playbill.cli.dataset.convert import convert

app = typer.Typer(no_args_is_help=True, help="Read, check, merge, split and convert training data.")
app.command()(convert)


@app.callback()
def root() -> None:
    """Read, check, merge, split and convert training data."""
