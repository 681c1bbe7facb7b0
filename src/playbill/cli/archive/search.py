"""`playbill archive search`: who and what was seen where."""

import json
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from playbill.archive.archive import Archive
from playbill.archive.clusters import named_cluster
from playbill.archive.media import named_media
from playbill.archive.paging import MAX_LIMIT, Page
from playbill.archive.search import (
    MIN_LIKENESS,
    Examples,
    FaceIndex,
    Moment,
    Query,
    Seen,
    named_person,
    object_class,
    search,
    search_like,
)
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened
from playbill.cli.console import counted, err, out
from playbill.cli.options import DEFAULTS, Device, Models, Precision, model_names
from playbill.errors import ArchiveError
from playbill.library.examples import example_faces
from playbill.models.store import ModelStore
from playbill.pipeline.galleries import scores_in
from playbill.pipeline.opening import open_describer
from playbill.pipeline.settings import AnalysisSettings
from playbill.rendering.timecode import timecode

Names = list[str] | None
PersonOption = Annotated[
    Names, typer.Option("--person", "-p", help="A person's name or id; several are asked for all.")
]
WithOption = Annotated[Names, typer.Option("--with", help="Another person, seen together.")]
ObjectOption = Annotated[Names, typer.Option("--object", "-o", help="A class of objects: car.")]
ClusterOption = Annotated[
    Names, typer.Option("--cluster", help="A group of faces, by its id or the beginning of it.")
]
ExampleOption = Annotated[
    list[Path] | None,
    typer.Option("--example", readable=False, help="A picture: whoever looks like its faces."),
]
DAY = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
AddedFrom = Annotated[
    datetime | None, typer.Option(formats=DAY, help="Only media added on this day or later.")
]
AddedTo = Annotated[
    datetime | None, typer.Option(formats=DAY, help="Only media added before this day.")
]


def search_(
    person: PersonOption = None,
    with_: WithOption = None,
    object_: ObjectOption = None,
    cluster: ClusterOption = None,
    example: ExampleOption = None,
    each: Annotated[
        bool, typer.Option("--each", help="Find each by itself, not all together.")
    ] = False,
    near: Annotated[
        bool, typer.Option("--near", help="The others at most the first person's height away.")
    ] = False,
    min_seconds: Annotated[float, typer.Option(help="Moments at least so long.")] = 0.0,
    text: Annotated[
        str, typer.Option(help="Words that begin words of names of people and files.")
    ] = "",
    media: Annotated[Names, typer.Option(help="Only in this medium: its name or id.")] = None,
    from_s: Annotated[float | None, typer.Option("--from", help="From this second on.")] = None,
    to_s: Annotated[float | None, typer.Option("--to", help="Before this second.")] = None,
    added_from: AddedFrom = None,
    added_to: AddedTo = None,
    min_score: Annotated[
        float | None, typer.Option(help="Leave out appearances with a lower score.")
    ] = None,
    verified: Annotated[
        bool | None,
        typer.Option("--verified/--machine", help="Named by people, or by the machine; or any."),
    ] = None,
    min_likeness: Annotated[
        float, typer.Option(help="How like the example, 0 to 1.")
    ] = MIN_LIKENESS,
    models: Models = "",
    precision: Precision = DEFAULTS.precision,
    device: Device = DEFAULTS.device,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="So many at most.")] = 50,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on where the last page ended.")
    ] = None,
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Find the moments in which people and objects are seen: the newest medium first.

    $ playbill archive search --person "Ada Lovelace" --with "Alan Turing" --min-seconds 2

    $ playbill archive search --person Ada --object car --near

    $ playbill archive search --example face.jpg --limit 10
    """

    def query(tx: Connection) -> Query:
        return Query(
            person_ids=_ids(tx, [*(person or ()), *(with_ or ())]),
            cluster_ids=_once([named_cluster(tx, said) for said in cluster or ()]),
            object_classes=tuple(dict.fromkeys(object_class(label) for label in object_ or ())),
            together=not each,
            near=near,
            min_seconds=min_seconds,
            media_ids=_once([named_media(tx, name).id for name in media or ()]),
            from_s=from_s,
            to_s=to_s,
            added_from=_local(added_from),
            added_to=_local(added_to),
            min_score=min_score,
            verified=verified,
            text=text,
            cursor=after,
            limit=limit,
            boxes=as_json,
        )

    settings = AnalysisSettings(models=model_names(models), precision=precision, device=device)
    with opened(archive) as place:
        asked = place.database.read(query)
        examples = _examples(place, example, settings, min_likeness) if example else None
        page = _page(place, asked, examples)
    if as_json:
        for moment in page.items:
            said = json.dumps(moment_json(moment), ensure_ascii=False)
            out().print(said, markup=False, soft_wrap=True)
    else:
        if page.items:
            out().print(_table(page.items, with_likeness=examples is not None))
        out().print(counted(len(page.items), "moment") if page.items else "nothing found")
    if page.next:
        err().print(f"there are more: --after {page.next}")


def moment_json(moment: Moment) -> dict[str, Any]:
    """What `--json` says of a moment."""
    return {
        "media": {
            "id": moment.media.id,
            "name": moment.media.name,
            "kind": moment.media.kind,
        },
        "start": moment.start_us / 1e6,
        "end": moment.end_us / 1e6,
        "firstFrame": moment.first_frame,
        "lastFrame": moment.last_frame,
        "score": round(moment.score, 4),
        "verified": moment.verified,
        "subjects": [_subject_json(seen) for seen in moment.subjects],
    }


def _subject_json(seen: Seen) -> dict[str, Any]:
    box = seen.thumbnail.box_xyxy
    said: dict[str, Any] = {"kind": seen.kind, "ObjectID": seen.class_id, "label": seen.label}
    if seen.kind == "person":
        who = seen.person
        said["person"] = {"id": who.id, "name": who.name} if who else None
        said["cluster"] = seen.cluster_id
        said["tracks"] = list(seen.track_ids)
        said["verified"] = seen.verified
    if seen.likeness is not None:
        said["likeness"] = seen.likeness
    return said | {
        "score": round(seen.score, 4),
        "crop": seen.thumbnail.crop,
        "frameIdx": seen.thumbnail.frame_index,
        "box": None if box is None else [round(side, 1) for side in box],
    }


def _page(archive: Archive, query: Query, examples: Examples | None) -> Page[Moment]:
    if examples is None:
        return archive.database.read(lambda tx: search(tx, query))
    scores = scores_in(examples.faces.model, ModelStore.default())
    index = FaceIndex(examples.faces.model, scores.likeness_scale())
    return archive.database.read(lambda tx: search_like(tx, query, examples, index))


def _examples(
    archive: Archive, pictures: Sequence[Path], settings: AnalysisSettings, min_likeness: float
) -> Examples:
    return Examples(example_faces(archive, open_describer(settings), pictures), min_likeness)


def _ids(tx: Connection, names: Sequence[str]) -> tuple[str, ...]:
    return _once([named_person(tx, name) for name in names])


def _once(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _local(moment: datetime | None) -> datetime | None:
    """A time of the clock on the wall here.

    Raises:
        ArchiveError: there were no archives then.
    """
    if moment is not None and moment.year < 1971:
        raise ArchiveError(f"expected a day since 1971, found {moment:%Y-%m-%d}")
    return None if moment is None else moment.astimezone()


def _table(moments: Sequence[Moment], *, with_likeness: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("media", "from", "to", "who and what", "score"):
        table.add_column(title, no_wrap=title in {"from", "to", "score"}, overflow="fold")
    if with_likeness:
        table.add_column("like", no_wrap=True)
    for moment in moments:
        picture = moment.media.kind == "image"
        likeness = [one.likeness for one in moment.subjects if one.likeness is not None]
        table.add_row(
            escape(moment.media.name),
            "" if picture else timecode(Fraction(moment.start_us, 1_000_000)),
            "" if picture else timecode(Fraction(moment.end_us, 1_000_000)),
            ", ".join(map(_who, moment.subjects)),
            f"{moment.score:.2f}",
            *([f"{min(likeness):.2f}" if likeness else ""] if with_likeness else []),
        )
    return table


def _who(seen: Seen) -> str:
    if seen.person is not None:
        return f"[bold]{escape(seen.person.name)}[/]" + (" [green]✓[/]" if seen.verified else "")
    if seen.kind == "object":
        return escape(seen.label)
    return f"somebody of group {seen.cluster_id[:8]}" if seen.cluster_id else "somebody unknown"
