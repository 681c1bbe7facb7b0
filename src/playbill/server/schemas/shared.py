"""What all bodies share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z-]{1,36}$")]
"""Of a medium, a person, a job, ...: a UUID."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
"""A name, or the like."""
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""Of a track, a decision, ..."""


class Sent(BaseModel):
    """A body of a request: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """A body of an answer, made from one of the archive's values."""

    model_config = ConfigDict(from_attributes=True)


class ProblemBody(BaseModel):
    """A refusal (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:playbill:problem:not-in-archive",
                "title": "Not Found",
                "status": 404,
                "detail": "media '7f…': there is no such medium in the archive",
                "instance": "urn:uuid:5f0e…",
                "where": "media '7f…'",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    where: str | None = None
    found: object = None
    expected: object = None


class Decided(BaseModel):
    """A decision was written down."""

    seq: int
    """Its number: `POST /v1/decisions/{seq}/undo` takes it back."""
