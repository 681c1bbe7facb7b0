"""Who may come in, and what they may do there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from uuid import UUID

import httpx
import pytest

from playbill.archive.access.keys import list_keys, revoke_key
from playbill.archive.access.roles import ROLES, Role
from playbill.server.etags import Match
from playbill.server.settings import ServerSettings
from tests.support.databases import BOTH
from tests.support.serving import PASSWORD, Serving, png


@contextmanager
def logged_in(server: Serving, password: str = PASSWORD) -> Iterator[httpx.Client]:
    with server.http() as http:
        body = {"name": "the admin", "password": password}
        answer = http.post("/v1/sessions", json=body)
        assert answer.status_code == 201, answer.text
        http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield http


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic YTpi", "Bearer pb_" + "0" * 32 + "_" + "a" * 43],
)
def test_without_a_key_that_counts_nothing_is_told(server: Serving, header: str | None) -> None:
    with server.http() as http:
        headers = {} if header is None else {"Authorization": header}
        answer = http.get("/v1/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 401
    assert problem["type"] == "urn:playbill:problem:not-known"
    assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-ID']}"


@BOTH
def test_a_revoked_key_is_turned_away_at_once(server: Serving) -> None:
    token = server.token()
    with server.http(token) as http:
        assert http.get("/v1/me").status_code == 200
        (key,) = server.archive.database.read(list_keys)
        assert http.delete(f"/v1/keys/{key.id}").json()["revoked_at"]
        assert http.get("/v1/me").status_code == 401


@pytest.mark.parametrize(("role", "status"), [*zip(ROLES, [403, 403, 403, 200], strict=True)])
def test_only_admins_see_users_and_the_audit_log(server: Serving, role: Role, status: int) -> None:
    with server.http(server.token(role)) as http:
        for path in ("/v1/users", "/v1/audit", "/v1/audit/check", "/v1/keys?everybody=true"):
            answer = http.get(path)
            assert answer.status_code == status, path
            if status == 403:
                assert answer.json()["expected"] == "admin"


def test_a_labeller_who_tries_to_become_an_admin_does_not(server: Serving) -> None:
    with server.http(server.token("labeller")) as http:
        me = http.get("/v1/me").json()
        change = http.patch(
            f"/v1/users/{me['user']['id']}", json={"role": "admin"}, headers={"If-Match": "*"}
        )
        key = http.post("/v1/keys", json={"name": "more", "scopes": ["admin"]})
        other = http.post(
            "/v1/keys", json={"name": "more", "scopes": ["read"], "user_id": "somebody-else"}
        )

    assert me["scopes"] == ["analyse", "label", "read"]
    assert [change.status_code, key.status_code, other.status_code] == [403, 403, 403]


def test_a_key_does_no_more_than_its_scopes(server: Serving) -> None:
    with server.http(server.token("admin")) as http:
        made = http.post("/v1/keys", json={"name": "only looks", "scopes": ["read"]})
        assert made.status_code == 201
    with server.http(made.json()["token"]) as http:
        assert http.get("/v1/me").status_code == 200
        assert http.get("/v1/users").status_code == 403
        refused = http.post("/v1/images", content=png(), headers={"Content-Type": "image/png"})
        assert refused.status_code == 403
        more = http.post("/v1/keys", json={"name": "more", "scopes": ["analyse"]})
        assert more.status_code == 403


def test_when_a_key_was_used_last_is_written_down(server: Serving) -> None:
    with server.http(server.token()) as http:
        deadline = monotonic() + 20
        while http.get("/v1/keys").json()[0]["last_used_at"] is None:
            assert monotonic() < deadline
            sleep(0.05)


def test_a_key_makes_no_keys_that_outlive_it_and_ends_none_but_itself(server: Serving) -> None:
    found, other = server.token("curator"), server.token("curator")
    there = {key.id for key in server.archive.database.read(list_keys)}
    with server.http(found) as http:
        made = http.post("/v1/keys", json={"name": "heir", "scopes": ["read"]})
        assert (made.status_code, made.json()["type"]) == (403, "urn:playbill:problem:not-allowed")
        mine = str(UUID(found.split("_")[1]))
        (its,) = there - {mine}
        assert http.get(f"/v1/keys/{its}").json()["id"] == its
        assert http.delete(f"/v1/keys/{its}").status_code == 403
        assert http.delete(f"/v1/keys/{mine}").json()["revoked_at"]
    with server.http(other) as http:
        assert http.get("/v1/me").status_code == 200


def test_keys_of_others_are_for_admins(server: Serving) -> None:
    theirs = str(UUID(server.token("viewer").split("_")[1]))
    with server.http(server.token("curator")) as http:
        assert http.get(f"/v1/keys/{theirs}").status_code == 403
        assert http.delete(f"/v1/keys/{theirs}").status_code == 403
    with server.http(server.token("admin")) as http:
        assert http.get(f"/v1/keys/{theirs}").json()["revoked_at"] is None
        made = http.post("/v1/keys", json={"name": "k", "scopes": ["read"]})
        assert http.get(made.headers["Location"]).json() == made.json()["key"]
        assert http.delete(f"/v1/keys/{theirs}").status_code == 200


def test_a_key_ends_at_a_moment_that_there_is(server: Serving) -> None:
    with server.http(server.token()) as http:

        def issued(moment: str) -> httpx.Response:
            body = {"name": "k", "scopes": ["read"], "expires_at": moment}
            return http.post("/v1/keys", json=body)

        late, past = issued("9999-12-31T23:59:59-14:00"), issued("2020-01-01T00:00:00Z")
        assert [late.status_code, past.status_code] == [422, 422]
        assert late.json()["where"] == "body.expires_at"
        assert issued("2999-01-01T00:00:00+14:00").status_code == 201


@BOTH
def test_a_browser_logs_in_changes_something_and_logs_out(server: Serving) -> None:
    server.token()
    with logged_in(server) as http:
        cookie = http.cookies.jar.__iter__().__next__()
        assert http.get("/v1/me").json()["by"] == "session"
        assert http.post("/v1/keys", json={"name": "a", "scopes": ["read"]}).status_code == 201
        secret = http.cookies["playbill_session"]
        assert http.delete("/v1/sessions/current").status_code == 204
        http.cookies.set("playbill_session", secret)
        assert http.get("/v1/me").status_code == 401

    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"


def test_a_change_without_the_csrf_token_is_refused(server: Serving) -> None:
    server.token()
    with logged_in(server) as http:
        for token in ("", "x" * 64):
            answer = http.post(
                "/v1/keys",
                json={"name": "a", "scopes": ["read"]},
                headers={"X-CSRF-Token": token},
            )
            assert answer.status_code == 403
            assert answer.json()["where"] == "X-CSRF-Token"
        assert http.get("/v1/me", headers={"X-CSRF-Token": ""}).status_code == 200


def test_wrong_passwords_and_unknown_names_get_the_same_answer_and_then_a_pause(
    server: Serving,
) -> None:
    server.token()
    with server.http() as http:

        def tried(name: str, password: str = "wrong") -> httpx.Response:
            return http.post("/v1/sessions", json={"name": name, "password": password})

        answers = [tried("the admin"), tried("nobody")]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert answers[0].json()["detail"] == answers[1].json()["detail"]

        later = [tried("the admin").status_code for _ in range(4)]
        assert later == [401, 401, 401, 401]
        paused = tried("the admin", PASSWORD)
        assert paused.status_code == 429
        assert int(paused.headers["Retry-After"]) > 0


def test_a_name_written_another_way_gives_no_further_tries(server: Serving) -> None:
    server.token()
    names = ["the admin", " the admin", "THE  ADMIN", "the admin  ", "the\tadmin", "The Admin"]
    with server.http() as http:
        body = {"password": "wrong"}
        tried = [http.post("/v1/sessions", json=body | {"name": name}) for name in names]

    assert [answer.status_code for answer in tried] == [401] * 5 + [429]


def test_a_new_password_ends_the_sessions(server: Serving) -> None:
    server.token()
    with logged_in(server) as http:
        weak = http.post("/v1/me/password", json={"old": PASSWORD, "new": "password1234"})
        wrong = http.post("/v1/me/password", json={"old": "wrong", "new": "another-long-one-1"})
        changed = http.post("/v1/me/password", json={"old": PASSWORD, "new": "another-long-one-1"})
        assert [weak.status_code, wrong.status_code, changed.status_code] == [422, 403, 204]
        assert http.get("/v1/me").status_code == 401
    with logged_in(server, password="another-long-one-1") as http:
        assert http.get("/v1/me").status_code == 200


@BOTH
def test_users_are_made_and_changed_only_as_they_were_looked_at(server: Serving) -> None:
    with server.http(server.token()) as http:
        made = http.post("/v1/users", json={"name": "Grace", "role": "viewer"})
        assert made.status_code == 201
        assert len(made.json()["password"]) >= 20
        where = made.headers["Location"]

        def change(**headers: str) -> httpx.Response:
            return http.patch(where, json={"role": "curator"}, headers=headers)

        assert change().status_code == 428
        assert change(**{"If-Match": '"7"'}).status_code == 412
        assert change(**{"If-Match": "1"}).status_code == 400
        assert change(**{"If-Match": 'W/"1"'}).status_code == 412
        done = change(**{"If-Match": made.headers["ETag"]})
        assert (done.status_code, done.json()["role"]) == (200, "curator")
        assert done.headers["ETag"] == http.get(where).headers["ETag"] != made.headers["ETag"]
        assert change(**{"If-Match": made.headers["ETag"]}).status_code == 412
        again = http.post("/v1/users", json={"name": "grace", "role": "viewer"})
        assert again.status_code == 409
        unknown = http.get("/v1/users/00000000-0000-0000-0000-000000000000")
        assert unknown.status_code == 404


@BOTH
def test_of_two_who_looked_at_the_same_user_one_changes_it(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = Match.check

    def check(match: Match, version: int) -> None:
        passes(match, version)
        sleep(0.3)

    with server.http(server.token()) as http, ThreadPoolExecutor(2) as both:
        made = http.post("/v1/users", json={"name": "Grace", "role": "viewer"})
        monkeypatch.setattr(Match, "check", check)

        def change(role: str) -> int:
            tag = {"If-Match": made.headers["ETag"]}
            return http.patch(
                made.headers["Location"], json={"role": role}, headers=tag
            ).status_code

        assert sorted(both.map(change, ["curator", "labeller"])) == [200, 412]


@BOTH
def test_what_admins_do_is_in_the_audit_log(server: Serving) -> None:
    with server.http(server.token()) as http:
        http.post("/v1/users", json={"name": "<b>x</b>'; drop table users; --", "role": "viewer"})
        page = http.get("/v1/audit?limit=1").json()
        assert page["items"][0]["action"] == "user.add"
        assert page["items"][0]["details"]["name"] == "<b>x</b>'; drop table users; --"
        older = http.get(f"/v1/audit?after={page['next']}").json()
        assert [entry["seq"] for entry in older["items"]] == [2, 1]
        assert http.get("/v1/audit/check").json() == {"first_broken": None}
        assert http.get("/v1/audit?after=nonsense").status_code == 422


class TestRates:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(rate_per_minute=60)

    def test_who_asks_too_often_is_told_when_to_come_again(self, server: Serving) -> None:
        with server.http(server.token()) as http:
            answers = [http.get("/v1/me") for _ in range(8)]
            assert [answer.status_code for answer in answers[:6]] == [200] * 6
            assert answers[-1].status_code == 429
            assert answers[-1].headers["Retry-After"] == "1"
        with server.http(server.token("viewer")) as http:
            assert http.get("/v1/me").status_code == 200


def test_a_key_that_was_revoked_elsewhere_does_not_count(server: Serving) -> None:
    token = server.token()
    (key,) = server.archive.database.read(list_keys)
    server.archive.database.write(lambda tx: revoke_key(tx, "test", key.id))
    with server.http(token) as http:
        assert http.get("/v1/me").status_code == 401
