"""`playbill archive`: what is kept, found again and corrected.

Each file beside this one holds the commands of one topic; its import below puts them in.
"""

import typer

app = typer.Typer(no_args_is_help=True, help="Keep what was found, and find it again.")


@app.callback()
def root() -> None:
    """Keep what was found, and find it again."""


from playbill.cli.archive import (  # noqa: E402, F401
    add,
    backup,
    check,
    compare,
    export,
    jobs,
    listing,
    search,
    show,
)
