"""`playbill train`: networks and galleries from data."""

import typer

from playbill.cli.train.distil import distil

app = typer.Typer(no_args_is_help=True, help="Make networks and galleries from your own data.")
app.command()(distil)
