"""Bodies of requests and answers that are not documents, as pydantic models."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from playbill.archive.access.roles import Role, Scope

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


class LoginBody(Sent):
    """A user's name and password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "ada", "password": "a-long-one-of-your-own"}},
    )

    name: Text
    password: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class UserShown(Shown):
    """One user."""

    id: str
    name: str
    role: Role
    active: bool
    created_at: datetime
    version: int


class CallerShown(BaseModel):
    """Who asks."""

    user: UserShown
    scopes: list[Scope]
    by: Literal["key", "session"]


class SessionShown(BaseModel):
    """What logging in gave; the cookie comes beside it."""

    user: UserShown
    csrf: str
    """To be sent as `X-CSRF-Token` with each change."""
