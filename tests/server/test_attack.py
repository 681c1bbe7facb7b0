"""Schemathesis over the whole OpenAPI: whatever is sent, answers are as it says, and never 500."""

import random
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as effort
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from playbill.server.openapi import ETAGS
from playbill.server.settings import ServerSettings
from tests.server.test_archive import work
from tests.support.databases import BOTH
from tests.support.serving import Serving, png

# Imported now: Python 3.11 cannot parse a module while hypothesis has raised the recursion limit.
for _module in walk_packages(schemathesis.generation.__path__, "schemathesis.generation."):
    import_module(_module.name)


@schemathesis.serializer("application/offset+octet-stream", "application/zip", "image/*", "video/*")
def as_bytes(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Bodies that are files, or what stands in for one."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


EXAMPLES = {"sqlite": 6, "postgres": 2}
"""Of each operation, of what fits its schema and again of what does not."""
LONGEST_S = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Prey:
    """Things that are there, by the names of parameters."""

    ids: dict[str, Any]
    token: str


@pytest.fixture
def settings() -> ServerSettings:
    return ServerSettings(rate_per_minute=10**9, logins_per_5_minutes=10**9)


@pytest.fixture
def prey(server: Serving) -> Prey:
    """An archive with something of everything in it."""
    token = server.token()
    with server.http(token) as http:
        jobs = [
            http.post("/v1/videos", files={"video": ("a.png", png(colour))}).json()["job"]
            for colour in ((250, 0, 0), (251, 0, 0))
        ]
        work(server)
        cluster = http.get("/v1/clusters").json()["items"][0]["id"]
        tracks = http.get("/v1/tracks").json()["items"]
        person = http.post("/v1/people", json={"name": "Ada"}).json()["id"]
        url, any_ = f"/v1/clusters/{cluster}/name", {"If-Match": "*"}
        seq = http.post(url, json={"person_id": person}, headers=any_).json()["seq"]
        user = http.post("/v1/users", json={"name": "victim", "role": "viewer"}).json()["user"]
        body = {"name": "k", "scopes": ["read"], "user_id": user["id"]}
        key = http.post("/v1/keys", json=body).json()["key"]["id"]
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
        upload = http.post("/v1/uploads", headers=tus).json()["id"]
    return Prey(
        {
            "media_id": jobs[0]["media_id"],
            "media": [jobs[0]["media_id"]],
            "job_id": jobs[0]["id"],
            "cluster_id": cluster,
            "cluster": [cluster],
            "person_id": person,
            "person": [person],
            "into": person,
            "track_id": tracks[0]["id"],
            "tracks": [track["id"] for track in tracks],
            "seq": seq,
            "user_id": user["id"],
            "key_id": key,
            "upload_id": upload,
            "key": tracks[0]["crop"].removeprefix("/v1/crops/"),
            "run_id": http_run(server, token, jobs[0]["media_id"]),
            "index": 0,
        },
        token,
    )


def http_run(server: Serving, token: str, media_id: str) -> str:
    with server.http(token) as http:
        return str(http.get(f"/v1/media/{media_id}").json()["run_id"])


def aim(case: Any, prey: Prey, dice: random.Random) -> None:
    """Let half of the cases hit something that is there."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            for name in set(place) & set(prey.ids):
                if dice.random() < 0.5:
                    place[name] = prey.ids[name]
    if dice.random() < 0.5:
        case.headers["If-Match"] = "*"
        case.headers["Tus-Resumable"] = "1.0.0"


@BOTH
def test_nothing_that_is_sent_makes_the_server_fail(server: Serving, prey: Prey, kind: str) -> None:
    with server.http(prey.token) as http:
        schema = schemathesis.openapi.from_dict(http.get("/v1/openapi.json").json())
    dice, headers = random.Random(7), {"Authorization": f"Bearer {prey.token}"}
    statuses: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(7)
            @effort(
                max_examples=EXAMPLES[kind],
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def attack(case: Case[Any]) -> None:
                aim(case, prey, dice)
                response = case.call(base_url=server.url, headers=headers, timeout=LONGEST_S)
                statuses.setdefault(case.operation.label, set()).add(response.status_code)
                case.validate_response(response, checks=CHECKS)
                if "etag" in response.headers and response.status_code < 300:
                    assert (case.method.lower(), case.path) in ETAGS
                if response.status_code >= 400 and case.method != "HEAD":
                    kind = response.headers["content-type"][0]
                    assert kind.startswith("application/problem+json"), (kind, response.text)

            # Of some operations nothing can be wrong.
            with suppress(Unsatisfiable):
                attack()
    reached = {label for label, codes in statuses.items() if min(codes) < 400}
    assert len(reached) > len(statuses) * 0.6, sorted(set(statuses) - reached)
