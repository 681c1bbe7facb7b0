"""`playbill models quantise`: a network in fewer bytes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from playbill.cli.console import out
from playbill.models.quantised_model import quantise_model
from playbill.models.store import ModelStore


def quantise(
    name: Annotated[str, typer.Argument(help="A network that is here.")],
    new_name: Annotated[
        str | None, typer.Option("--name", help="The new one's name; NAME-int8, if none.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Where it is written; your own folder of networks, if none."),
    ] = None,
) -> None:
    """Store a network's weights as int8: half the bytes of float16, the same time.

    It is another network then, with galleries of its own: enrol again, and measure again what
    strangers score.

    $ playbill models quantise facenet_vggface2
    """
    store = ModelStore.default()
    card = quantise_model(store, name, new_name or f"{name}-int8", folder or store.home)
    out().print(f"{card.name}: written to {escape(str(folder or store.home))}", soft_wrap=True)
