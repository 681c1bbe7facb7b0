"""`playbill dataset`: training data in and out."""

import typer

from playbill.cli.dataset.check import check
from playbill.cli.dataset.convert import convert
from playbill.cli.dataset.merge import merge_command
from playbill.cli.dataset.split import split
from playbill.cli.dataset.stats import stats

app = typer.Typer(no_args_is_help=True, help="Read, check, merge, split and convert training data.")
app.command()(check)
app.command()(stats)
app.command()(split)
app.command("merge")(merge_command)
app.command()(convert)


@app.callback()
def root() -> None:
    """Read, check, merge, split and convert training data."""
