"""`playbill archive check`: is everything there, and does it fit together?"""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from playbill.archive.check import Finding
from playbill.archive.check import check as check_archive
from playbill.cli.archive.options import DEFAULT_ARCHIVE, ArchiveFolder, AsJson, opened, who
from playbill.cli.console import EXIT_BAD_INPUT, out

SHOWN = 20
"""So many findings of one kind are shown to a person."""


def check(
    archive: ArchiveFolder = DEFAULT_ARCHIVE,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix", help="Put right what follows from the rest; delete files no row has needed."
        ),
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Read all media again and compare their SHA-256.")
    ] = False,
    audit_hash: Annotated[
        str | None,
        typer.Option(
            help="Of an entry of the audit log, from a backup's manifest or the server: it must "
            "be there still."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is missing, altered or does not fit; exit code 2 if any of it is left.

    Media by their size, the files of faces, the audit log, documents, names, and whether what is
    shown follows from what machines saw and people decided.

    $ playbill archive check --full
    """
    with opened(archive) as place:
        found = check_archive(place, fix=fix, full=full, audit_hash=audit_hash, who=who())
    if as_json:
        for one in found:
            out().print(json.dumps(asdict(one), ensure_ascii=False), markup=False, soft_wrap=True)
    else:
        _show(found)
    if any(not one.fixed for one in found):
        raise typer.Exit(EXIT_BAD_INPUT)


def _show(found: list[Finding]) -> None:
    counts = Counter(one.kind for one in found)
    shown: Counter[str] = Counter()
    for one in found:
        shown[one.kind] += 1
        if shown[one.kind] <= SHOWN:
            state = "[green]fixed[/] " if one.fixed else ""
            out().print(f"[bold]{one.kind}[/] {state}{escape(one.sentence)}", soft_wrap=True)
        elif shown[one.kind] == counts[one.kind]:
            out().print(f"[bold]{one.kind}[/] and {counts[one.kind] - SHOWN} more (see --json)")
    fixed = sum(one.fixed for one in found)
    said = f"{len(found)} findings, {fixed} of them fixed" if found else "[green]all is well[/]"
    out().print(said)
