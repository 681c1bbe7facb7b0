"""Parameters that several routes share."""

from typing import Annotated

from fastapi import Path, Query

from playbill.archive.paging import MAX_LIMIT
from playbill.server.schemas.shared import Id, Number

IdPath = Annotated[Id, Path(description="A UUID.")]
NumberPath = Annotated[Number, Path()]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="So many on a page, at most.")]
After = Annotated[
    str | None,
    Query(max_length=1000, pattern=r"^[A-Za-z0-9_-]*$", description="`next` of the page before."),
]
IdQuery = Annotated[Id | None, Query(description="A UUID.")]
