"""`playbill people forget`."""

from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Connection

from playbill.archive.forgetting import erase_blobs, forget
from playbill.archive.people import PersonCounts, PersonRow, counts_of
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened, who
from playbill.cli.console import counted, out
from playbill.cli.people.options import PersonArgument, find_person


def forget_(
    person: PersonArgument,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Erase a person's name, portraits, faces and crops everywhere, for good.

    That somebody was there stays. Backups, exports and originals are not touched.

    $ playbill people forget "Ada Lovelace" --yes
    """

    def look(tx: Connection) -> tuple[PersonRow, PersonCounts]:
        row = find_person(tx, person)
        return row, counts_of(tx, [row.id])[row.id]

    with opened(archive) as place:
        row, counts = place.database.read(look)
        seen = f"seen {counted(counts.appearances, 'time')} in {counts.media} media"
        if not yes:
            said = f"Erase {row.name}, {seen}, for good? This cannot be undone"
            typer.confirm(said, abort=True, err=True)
        done = place.database.write(lambda tx: forget(tx, who(), row.id))
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
