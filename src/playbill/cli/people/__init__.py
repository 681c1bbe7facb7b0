"""`playbill people`: who is known, who is who, and what was decided about it.

Each file beside this one holds the commands of one topic; its import below puts them in.
"""

import typer

app = typer.Typer(no_args_is_help=True, help="Name people, correct who is who, undo and forget.")


@app.callback()
def root() -> None:
    """Name people, correct who is who, undo and forget."""


from playbill.cli.people import deciding, enrolling, forgetting, looking  # noqa: E402, F401
