"""`playbill dataset split`: one part to learn from, one kept apart."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from playbill.cli.console import out, warn
from playbill.cli.dataset.options import KindOption, Pictures, Source, left_out
from playbill.cli.options import Without
from playbill.datasets.folders import new_folder
from playbill.datasets.kinds import guess_kind
from playbill.datasets.layout import lay_out_coco
from playbill.datasets.objects import ObjectDataset
from playbill.datasets.opening import open_objects
from playbill.datasets.people import PersonPicture, find_people, place_of, write_people
from playbill.datasets.reading import first_few
from playbill.datasets.split import PARTS, Split, Subset, split_objects, split_people
from playbill.datasets.split_file import read_split, write_split
from playbill.errors import DatasetError

By = Literal["person", "picture"]


def split(
    source: Source,
    target: Annotated[
        Path,
        typer.Option("--out", "-o", help="The split; what one that is there says is kept."),
    ] = Path("split.json"),
    by: Annotated[
        By | None,
        typer.Option(
            help="Of people: nobody in both parts (person), or each one's pictures in both "
            "(picture); by picture, if not said."
        ),
    ] = None,
    share: Annotated[
        float, typer.Option("--test", min=0.001, max=0.999, help="The share to keep apart.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Another seed, another split.")] = 0,
    kind: KindOption = None,
    pictures: Pictures = None,
    without: Without = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Lay both parts out here, as train and test."),
    ] = None,
    copy: Annotated[
        bool, typer.Option("--copy", help="With --folder: copy the pictures instead of linking.")
    ] = False,
) -> None:
    """Keep a part of the pictures apart to test with, and write down which.

    $ playbill dataset split people/ --by person --test 0.2 --out split.json
    """
    earlier = read_split(target) if target.exists() else None
    if (kind or guess_kind(source)) == "people":
        people = list(find_people(source, without=left_out(without)))
        rule: Literal["by-person", "within-person"] = (
            "by-person" if by == "person" else "within-person"
        )
        made = split_people(people, source, rule=rule, test_share=share, seed=seed, earlier=earlier)
        if folder is not None:
            _lay_out_people(people, source, made, folder, copy=copy)
    else:
        if by == "person":
            raise DatasetError(f"{source}: is of objects, expected --by picture")
        dataset = open_objects(source, pictures=pictures)
        made = split_objects(dataset, test_share=share, seed=seed, earlier=earlier)
        if folder is not None:
            _lay_out_objects(dataset, made, folder, copy=copy)
    write_split(target, made, source)
    _tell(target, made, earlier)


def _lay_out_people(
    people: list[PersonPicture], source: Path, made: Split, folder: Path, *, copy: bool
) -> None:
    with new_folder(folder) as whole:
        for part in PARTS:
            chosen = [one for one in people if made.part_of[place_of(one.path, source)] == part]
            write_people(chosen, whole / part, copy=copy)


def _lay_out_objects(dataset: ObjectDataset, made: Split, folder: Path, *, copy: bool) -> None:
    with new_folder(folder) as whole:
        for part in PARTS:
            subset = Subset(dataset, frozenset(made.names(part)), f"{dataset.name}, {part}")
            lay_out_coco(subset, whole, part, copy=copy)


def _tell(target: Path, made: Split, earlier: Split | None) -> None:
    counts = Counter(made.part_of.values())
    kept = sum(name in made.part_of for name in earlier.part_of) if earlier else 0
    as_before = f", {kept:,} of them where they were" if earlier else ""
    out().print(
        f"{escape(str(target))}: {counts['train']:,} pictures to learn from, {counts['test']:,} "
        f"kept apart{as_before}; {made.rule}, seed {made.seed}",
        soft_wrap=True,
    )
    if made.on_one_side:
        names = list(made.on_one_side)
        warn(
            f"{target}: {len(names):,} with a single picture ({first_few(names)}): "
            "that is learned from, and nothing of them is kept apart"
        )
