"""Bodies about users, keys, sessions and the audit log."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from playbill.archive.access.roles import Role, Scope
from playbill.server.schemas.shared import Id, Sent, Shown, Text


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


Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class UserAdded(Sent):
    """A user to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "grace", "role": "labeller"}}
    )

    name: Text
    role: Role
    password: Password | None = None
    """None: one is made up and told once."""


class UserMade(BaseModel):
    """A new user."""

    user: UserShown
    password: str | None
    """If it was made up: nobody can find it out later. An answer that comes again has none."""


class UserChange(Sent):
    """What is to be another about a user; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "curator"}})

    role: Role | None = None
    active: bool | None = None
    password: Password | None = None


class PasswordChange(Sent):
    """One's own password."""

    old: Password
    new: Password


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "moment", "Input should be a moment before the year 10000 in UTC"
        ) from None


class KeyAdded(Sent):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "ingest", "scopes": ["read", "analyse"]}},
    )

    name: Text
    scopes: list[Scope]
    expires_at: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = None
    user_id: Id | None = None
    """Whose it is to be; None: one's own. Others' are for admins."""


class KeyShown(Shown):
    """One key, without its secret."""

    id: str
    user_id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class KeyMade(BaseModel):
    """A new key."""

    key: KeyShown
    token: str | None
    """To be sent as `Authorization: Bearer ...`; nobody can find it out later. null: this answer
    comes again, under an idempotency key; if the first one was lost, revoke the key."""


class HookSecret(BaseModel):
    """What web hooks are signed with."""

    secret: str
    """`whsec_...`, as Standard Webhooks has it."""


class EntryShown(Shown):
    """One change in the audit log."""

    seq: int
    at: datetime
    who: str
    action: str
    subject: str
    details: dict[str, object]
    hash: str


class AuditPage(BaseModel):
    """Some entries, the newest first."""

    items: list[EntryShown]
    next: str | None
    """The cursor of the page after this one; null: this is the last one."""


class AuditCheck(BaseModel):
    """Whether the log is whole."""

    first_broken: int | None
    """The first entry that was altered, or before which one is missing; null: none."""
