"""`playbill models`: which networks there are, and how to bring some in."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TransferSpeedColumn
from rich.table import Table

from playbill.cli.console import EXIT_BAD_INPUT, err, out
from playbill.errors import ModelError
from playbill.models.catalogue import Choice
from playbill.models.store import ModelStatus, ModelStore


def list_models() -> None:
    """Show every known network: its task, whether its files are here, its licence and source.

    $ playbill models list
    """
    table = Table("name", "task", "files", "licence", "source", box=None, pad_edge=False)
    for status in ModelStore.default().statuses():
        card = status.card
        table.add_row(card.name, card.task, _state(status), card.licence, escape(card.source))
    out().print(table)


def labels(
    name: Annotated[
        str | None, typer.Argument(help="An object network; the default one, if none.")
    ] = None,
) -> None:
    """List the classes that an object network knows, one a line: what `--object` takes.

    $ playbill models labels yolox_nano
    """
    card = ModelStore.default().card(name or Choice().object_detector)
    if not card.labels:
        raise ModelError(f"{card.name}: is for {card.task}, and knows no classes of objects")
    for label in card.labels:
        out().print(escape(label))


def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Networks; all, if none.")] = None,
) -> None:
    """Check the bytes of networks against their cards; a wrong or missing one is exit code 2.

    $ playbill models verify facenet_vggface2
    """
    store = ModelStore.default()
    cards = [store.card(name) for name in names] if names else list(store.cards().values())
    statuses = [store.status(card) for card in cards]
    for status in statuses:
        places = ", ".join(map(str, status.paths)) or f"not found in {_folders(store)}"
        out().print(f"{status.card.name}: {_state(status)} {escape(places)}", soft_wrap=True)
    wanted = statuses if names else [s for s in statuses if s.state != "missing"]
    if any(status.state != "present" for status in wanted):
        raise typer.Exit(EXIT_BAD_INPUT)


def add(
    files: Annotated[
        list[Path],
        typer.Argument(readable=False, help="The network's file or files, in card order."),
    ],
    like: Annotated[
        str | None, typer.Option(help="Run it like this known network (a new network needs this).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name; the file's, if none.")] = None,
    licence: Annotated[str, typer.Option(help="Its licence, for the card.")] = "",
    source: Annotated[str, typer.Option(help="Where it comes from, for the card.")] = "",
) -> None:
    """Copy a network into your own folder and write its card.

    $ playbill models add my_faces.onnx --like facenet_vggface2 --licence MIT
    """
    card = ModelStore.default().add(files, like=like, name=name, licence=licence, source=source)
    out().print(f"{card.name}: added, use it with --models {card.name}")


def pull(
    name: Annotated[str, typer.Argument(help="The network's name.")],
    url: Annotated[
        str | None, typer.Option(help="Where to fetch it, if its card does not say.")
    ] = None,
) -> None:
    """Fetch a network's files; what was cut off goes on where it stopped.

    $ playbill models pull yolox_nano --url https://example.org/yolox_nano.onnx
    """
    columns = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def show(file: str, so_far: int, in_all: int | None) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(escape(file))
            bar.update(tasks[file], completed=so_far, total=in_all)

        paths = ModelStore.default().pull(name, url, show)
    for path in paths:
        out().print(escape(str(path)), soft_wrap=True)


def _state(status: ModelStatus) -> str:
    colour = {"present": "green", "missing": "yellow", "altered": "red"}[status.state]
    return f"[{colour}]{status.state}[/]"


def _folders(store: ModelStore) -> str:
    return ", ".join(str(folder) for folder in store.folders)
