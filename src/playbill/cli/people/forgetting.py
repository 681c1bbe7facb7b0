"""`playbill people forget`."""

from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Connection

from playbill.archive.forgetting import Forgotten, erase_blobs, forget
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened, who
from playbill.cli.console import out
from playbill.cli.people import app
from playbill.cli.people.options import PersonArgument, find_person


@app.command("forget")
def forget_(
    person: PersonArgument,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Erase a person's name, portraits, faces and crops everywhere, for good.

    That somebody was there stays. Backups, exports and originals are not touched.

    $ playbill people forget "Ada Lovelace" --yes
    """
    if not yes:
        typer.confirm(f"Erase {person} for good? This cannot be undone", abort=True, err=True)

    def work(tx: Connection) -> Forgotten:
        return forget(tx, who(), find_person(tx, person).id)

    with opened(archive) as place:
        done = place.database.write(work)
        erase_blobs(place, done)
    erased = done.erased
    out().print(
        escape(
            f"forgotten: {erased.people} people, {erased.portraits} portraits, "
            f"{erased.faces} faces in {erased.tracks} tracks, {erased.files} files; "
            f"taken out of {erased.documents} documents and {erased.replies} kept replies; "
            f"{erased.segments} segments of unfinished analyses begin again"
        ),
        soft_wrap=True,
    )
