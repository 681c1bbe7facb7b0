"""`playbill train`: networks and galleries from data."""

import typer

from playbill.cli.train.distil import distil
from playbill.cli.train.faces import faces
from playbill.cli.train.objects import objects
from playbill.cli.train.recogniser import recogniser

app = typer.Typer(no_args_is_help=True, help="Make networks and galleries from your own data.")
app.command()(distil)
app.command()(faces)
app.command()(objects)
app.command()(recogniser)
