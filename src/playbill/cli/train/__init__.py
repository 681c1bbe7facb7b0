"""`playbill train`: networks and galleries from data."""

import typer

from playbill.cli.train.distil import distil
from playbill.cli.train.faces import faces

app = typer.Typer(no_args_is_help=True, help="Make networks and galleries from your own data.")
app.command()(distil)
app.command()(faces)
