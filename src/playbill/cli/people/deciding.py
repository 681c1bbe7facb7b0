"""`playbill people name`, `rename`, `assign`, `reject`, `merge`, `split`, `hide`, `undo` and so on.

Each says exactly what it is about: one track's faces, some tracks, a whole cluster, or a person.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Connection

from playbill.archive.clusters import named_cluster
from playbill.archive.decisions import clusters, hiding, merging, naming
from playbill.archive.decisions import undo as undoing
from playbill.archive.decisions.hiding import Hideable
from playbill.archive.media import named_media
from playbill.archive.people import create_person
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, opened, who
from playbill.cli.console import counted, out
from playbill.cli.people.options import (
    EvenIfNamedAlike,
    EvenIfTogether,
    PersonArgument,
    decided,
    find_person,
)
from playbill.errors import ArchiveError

ClusterArgument = Annotated[
    str,
    typer.Argument(
        metavar="CLUSTER",
        help="Its id, as `playbill people groups` lists them, or the beginning of it.",
    ),
]
NOBODY = "nobody"
Tracks = Annotated[list[int], typer.Argument(metavar="TRACK...", help="Numbers of tracks.")]


def create(
    name: Annotated[str, typer.Argument(help="The person's name.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    even_if_named_alike: EvenIfNamedAlike = False,
) -> None:
    """Make a person, and print the new id.

    $ playbill people create "Ada Lovelace"
    """
    with opened(archive) as place:
        new = place.database.write(
            lambda tx: create_person(tx, who(), name, even_if_named_alike=even_if_named_alike)
        )
    out().print(new)


def name(
    cluster: ClusterArgument,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="An id or name; with --new, a new person's.")
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    new: Annotated[bool, typer.Option("--new", help="Make the person as well.")] = False,
    even_if_together: EvenIfTogether = False,
    even_if_named_alike: EvenIfNamedAlike = False,
) -> None:
    """Say who a whole cluster is: in all media at once, and those that come.

    $ playbill people name 0b5c… "Ada Lovelace" --new
    """

    def work(tx: Connection) -> int:
        if new:
            known = create_person(tx, who(), person, even_if_named_alike=even_if_named_alike)
        else:
            known = find_person(tx, person).id
        meant = named_cluster(tx, cluster)
        return naming.name_cluster(tx, who(), meant, known, even_if_together=even_if_together)

    _decide(archive, work, f"cluster {escape(cluster)} is {escape(person)}")


def rename(
    person: PersonArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    even_if_named_alike: EvenIfNamedAlike = False,
) -> None:
    """Give a person another name, everywhere."""

    def work(tx: Connection) -> int:
        known = find_person(tx, person).id
        return naming.rename(tx, who(), known, name, even_if_named_alike=even_if_named_alike)

    _decide(archive, work, f"{escape(person)} is {escape(name)} now")


def assign(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="An id or a name; `nobody`: without a name.")
    ],
    tracks: Tracks,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    even_if_together: EvenIfTogether = False,
) -> None:
    """Say who these tracks are, and no others.

    $ playbill people assign "Ada Lovelace" 17 23
    """

    def work(tx: Connection) -> int:
        known = None if person == NOBODY else find_person(tx, person).id
        return naming.assign(tx, who(), tracks, known, even_if_together=even_if_together)

    _decide(archive, work, f"{_tracks(tracks)}: {escape(person)}")


def reject(
    person: PersonArgument, tracks: Tracks, archive: ArchiveFolder = DEFAULT_ARCHIVE
) -> None:
    """Say who these tracks are not, whatever a machine will find later.

    $ playbill people reject "Ada Lovelace" 17
    """

    def work(tx: Connection) -> int:
        return naming.reject(tx, who(), tracks, find_person(tx, person).id)

    _decide(archive, work, f"{_tracks(tracks)}: not {escape(person)}")


def merge(
    person: PersonArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who they are; this one stays.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    even_if_together: EvenIfTogether = False,
) -> None:
    """Make two people one; `undo` parts them again, months later too."""

    def work(tx: Connection) -> int:
        merged, survivor = find_person(tx, person).id, find_person(tx, into).id
        return merging.merge_people(tx, who(), merged, survivor, even_if_together=even_if_together)

    _decide(archive, work, f"{escape(person)} is one with {escape(into)}")


def merge_groups(
    cluster: ClusterArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The cluster that stays.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    even_if_together: EvenIfTogether = False,
) -> None:
    """Make two clusters one."""

    def work(tx: Connection) -> int:
        merged, survivor = named_cluster(tx, cluster), named_cluster(tx, into)
        return clusters.merge_clusters(
            tx, who(), merged, survivor, even_if_together=even_if_together
        )

    _decide(archive, work, f"cluster {escape(cluster)} is one with {escape(into)}")


def separate(tracks: Tracks, archive: ArchiveFolder = DEFAULT_ARCHIVE) -> None:
    """Put tracks of one cluster into a new one, and print its id."""
    with opened(archive) as place:
        seq, new = place.database.write(lambda tx: clusters.separate(tx, who(), tracks))
    decided(seq, f"{_tracks(tracks)}: now in cluster {new}")


def split(
    track: Annotated[int, typer.Argument(metavar="TRACK", help="The number of the track.")],
    faces: Annotated[list[int], typer.Argument(metavar="FACE...", help="Numbers of its faces.")],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Take faces out of a track: they are somebody else, a track of their own."""
    with opened(archive) as place:
        seq, part = place.database.write(lambda tx: clusters.split(tx, who(), track, faces))
    now = "is" if len(faces) == 1 else "are"
    decided(seq, f"{counted(len(faces), 'face')} of track {track} {now} track {part} now")


def hide(
    what: Annotated[Hideable, typer.Argument(help="What it is.")],
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Its id; or the name of a person or file, or the beginning of another id.",
        ),
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Leave a person, a cluster or a medium out of lists and searches; it stays.

    $ playbill people hide person "Ada Lovelace"
    """
    meant: dict[Hideable, Callable[[Connection, str], str]] = {
        "person": lambda tx, said: find_person(tx, said).id,
        "cluster": named_cluster,
        "media": lambda tx, said: named_media(tx, said).id,
    }

    def work(tx: Connection) -> int:
        return hiding.hide(tx, who(), what, meant[what](tx, id_))

    _decide(archive, work, f"{what} {escape(id_)} is hidden")


def undo(
    seqs: Annotated[
        list[int], typer.Argument(metavar="DECISION...", help="Numbers, as `log` shows them.")
    ],
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
) -> None:
    """Take decisions back, in any order; undoing an undo lets the decision count again.

    $ playbill people undo 12
    """
    if len(set(seqs)) < len(seqs):
        raise ArchiveError("a decision is named twice, expected each once")
    with opened(archive) as place:
        made = place.database.write(lambda tx: [undoing.undo(tx, who(), seq) for seq in seqs])
    for seq, number in zip(seqs, made, strict=True):
        decided(number, f"decision {seq} no longer counts")


def _decide(folder: Path, work: Callable[[Connection], int], sentence: str) -> None:
    """Decide what `work` does, and say so."""
    with opened(folder) as place:
        seq = place.database.write(work)
    decided(seq, sentence)


def _tracks(tracks: list[int]) -> str:
    listed = ", ".join(map(str, tracks))
    return f"track {listed}" if len(tracks) == 1 else f"tracks {listed}"
