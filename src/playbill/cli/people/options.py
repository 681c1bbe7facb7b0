"""What the commands about people share."""

from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Connection

from playbill.archive.people import PersonRow, get_person, list_people
from playbill.cli.console import out
from playbill.errors import BadName, Conflict, NotInArchive

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="A person's id, or name if only one has it.")
]
EvenIfTogether = Annotated[
    bool,
    typer.Option(
        "--even-if-together",
        help="Also where two faces of one frame become one person: mirrors, split screens.",
    ),
]
EvenIfNamedAlike = Annotated[
    bool, typer.Option("--even-if-named-alike", help="Also if somebody else has this name.")
]


def find_person(tx: Connection, said: str) -> PersonRow:
    """The person of an id or a name.

    Raises:
        NotInArchive: nobody has it.
        Conflict: several have the name.
    """
    try:
        return get_person(tx, said)
    except NotInArchive:
        try:
            named = list_people(tx, name=said, hidden=True).items
        except BadName:
            named = ()
    if not named:
        raise NotInArchive(f"{said!r}: nobody in the archive has this id or name")
    if len(named) > 1:
        ids = ", ".join(row.id for row in named)
        raise Conflict(f"{said!r}: {len(named)} people have this name, expected one of {ids}")
    return named[0]


def decided(seq: int, sentence: str) -> None:
    """Say what was decided, and how to take it back."""
    out().print(f"{sentence}  [dim](undo: playbill people undo {seq})[/]", soft_wrap=True)


def title(row: PersonRow) -> str:
    """A person's name, for the screen."""
    return f"[bold]{escape(row.name)}[/]" if row.name else "[dim]forgotten[/]"
