"""Refusals say what, where, found and expected, whatever was sent."""

from collections.abc import Iterator

import httpx
import pytest

from playbill.errors import ArchiveError, Conflict
from playbill.server.refusals import of_error
from playbill.server.settings import ServerSettings
from tests.support.serving import Serving, served_in


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = ServerSettings(max_json_bytes=2_000)
    with served_in(tmp_path_factory.mktemp("problems") / "archive", settings) as running:
        yield running


@pytest.fixture(scope="module")
def token(shared: Serving) -> str:
    return shared.token()


@pytest.fixture
def http(shared: Serving, token: str) -> Iterator[httpx.Client]:
    with shared.http(token) as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, str | None, str | None, str | None]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, *(problem.get(name) for name in ("where", "found", "expected"))


def sent(http: httpx.Client, body: bytes, kind: str = "application/json") -> httpx.Response:
    return http.post("/v1/people", content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("body", "where", "found", "expected"),
    [
        (b'{"name": 7}', "body.name", "7", "a valid string"),
        (b'{"name": ""}', "body.name", "", "at least 1 character"),
        (b'{"name": null}', "body.name", "null", "a valid string"),
        (b"{}", "body.name", "nothing", "a value"),
        (b'{"name": "Ada", "age": 7}', "body.age", "7", "nothing of this name"),
        (b"[]", "body", None, "a valid dictionary or object to extract fields from"),
        (b'{"name": "\\ud800"}', "body.name", "?", "a valid string"),
        (b'{"name": "Ada", "\\ud800": 1}', "body", "?", "a valid string"),
    ],
)
def test_a_body_that_cannot_be_so_is_told_what_could(
    http: httpx.Client, body: bytes, where: str, found: str | None, expected: str
) -> None:
    assert told(sent(http, body)) == (422, where, found, expected)


def test_all_that_is_wrong_is_told(http: httpx.Client) -> None:
    problem = sent(http, b'{"nam": "Ada"}').json()

    assert problem["detail"] == "body.name: found nothing, expected a value, and 1 more"
    assert [one["where"] for one in problem["errors"]] == ["body.name", "body.nam"]


@pytest.mark.parametrize("body", [b"{", b"name", b'{"name": "\xff"}', b"[" * 1_900])
def test_what_is_no_json_is_malformed(http: httpx.Client, body: bytes) -> None:
    status, where, _, expected = told(sent(http, body))
    assert (status, where, expected) == (400, "body", "JSON")
    again = http.post("/v1/videos", content=body, headers={"Content-Type": "application/json"})
    assert told(again)[0] == 400
    assert "b'" not in again.text


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "nonsense"])
def test_json_of_another_type_is_of_a_wrong_type(http: httpx.Client, kind: str) -> None:
    assert told(sent(http, b'{"name": "Ada"}', kind)) == (
        415,
        "Content-Type",
        "another",
        "application/json",
    )


def test_json_that_is_too_large_is_told_so(http: httpx.Client) -> None:
    large = b'{"name": "' + b"a" * 3_000 + b'"}'

    def chunks() -> Iterator[bytes]:
        yield large

    kind = {"Content-Type": "application/json"}
    said, unsaid = sent(http, large), http.post("/v1/people", content=chunks(), headers=kind)
    assert [said.status_code, unsaid.status_code] == [413, 413]
    assert said.json()["expected"] == "at most 2,000 bytes"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/people/7", "GET, PATCH, DELETE"),
        ("DELETE", "/v1/media", "GET"),
        ("GET", "/v1/images", "POST"),
    ],
)
def test_another_method_is_told_which_there_are(
    http: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path)
    assert told(answer) == (405, "method", method, allowed)
    assert answer.headers["Allow"] == allowed


def test_a_path_that_is_none_is_told_where_they_are(http: httpx.Client) -> None:
    expected = "one of those in /v1/openapi.json"
    assert told(http.get("/v1/nothing")) == (404, "path", "/v1/nothing", expected)


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("a.jpg: found text, expected a picture", ("a.jpg", "text", "a picture")),
        ("from: expected a moment, found 7", ("from", "7", "a moment")),
        ("track 2: has no face 1, expected its own", ("track 2", None, "its own")),
        ("the name 'A' is taken, expected another", (None, None, "another")),
        ("a.jpg: cannot be found at all", ("a.jpg", None, None)),
    ],
)
def test_sentences_of_errors_are_taken_apart(
    sentence: str, parts: tuple[str | None, str | None, str | None]
) -> None:
    problem = of_error(ArchiveError(sentence))
    assert (problem.where, problem.found, problem.expected) == parts
    assert of_error(Conflict(sentence)).status == 409


@pytest.mark.parametrize(
    ("path", "found", "expected"),
    [
        ("/v1/search?persn=x", "persn", "one of person, cluster, object, together, near"),
        ("/v1/media/00000000-0000-0000-0000-000000000000?x=1&y=2", "x", "nothing"),
        ("/v1/users?%ED%A0%80=1", "\ufffd\ufffd\ufffd", "nothing"),
    ],
)
def test_a_condition_that_there_is_not_is_refused_not_overlooked(
    http: httpx.Client, path: str, found: str, expected: str
) -> None:
    status, where, was, should = told(http.get(path))

    assert (status, where, was) == (422, "query", found)
    assert should is not None
    assert should.startswith(expected)


def test_neither_is_it_overlooked_where_only_the_head_is_asked_for(http: httpx.Client) -> None:
    path = "/v1/media/00000000-0000-0000-0000-000000000000/file"

    assert http.head(path).status_code == 404
    assert http.head(f"{path}?x=1").status_code == 422


def test_the_words_of_a_bare_upload_are_known(http: httpx.Client) -> None:
    answer = http.post(
        "/v1/images?name=a.png&x=1", content=b"", headers={"Content-Type": "image/png"}
    )

    assert answer.json()["found"] == "x"
    assert answer.json()["expected"] == "one of name"
