"""Under which names the server answers, and whose word on who asks it takes."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from playbill.errors import ArchiveError
from playbill.server.hosts import to_proxies
from playbill.server.settings import ServerSettings
from tests.support.serving import Serving, served_in


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    settings = ServerSettings(hosts=("Playbill.Example.org",))
    with served_in(tmp_path_factory.mktemp("hosts") / "archive", settings) as running:
        yield running


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8765",
        "127.0.0.1:1",
        "192.168.7.9",
        "[::1]:8765",
        "[fd00::7]",
        "playbill.example.org",
        "playbill.example.org.:443",
    ],
)
def test_its_own_names_and_addresses_are_answered_to(shared: Serving, host: str) -> None:
    assert httpx.get(f"{shared.url}/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil-playbill.example.org",
        "example.org",
        "localhost@evil.example",
        "[evil.example]",
        "0x7f000001",
        "",
    ],
)
def test_a_page_of_another_site_does_not_reach_it(shared: Serving, host: str) -> None:
    answer = httpx.get(f"{shared.url}/v1/openapi.json", headers={"Host": host})
    assert answer.status_code == 421
    problem = answer.json()
    assert (problem["where"], problem["found"]) == ("Host", host)
    assert problem["type"] == "urn:playbill:problem:other-host"
    assert "expected localhost, playbill.example.org or an IP address" in problem["detail"]


def test_two_names_at_once_are_none(shared: Serving) -> None:
    port = int(shared.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
        assert line.recv(100).split()[1] in {b"400", b"421"}


def refusals(url: str, *forwarded: str) -> list[int]:
    """What two requests without a key are answered, for each sender that is said."""
    return [
        httpx.get(f"{url}/v1/me", headers={"X-Forwarded-For": address}).status_code
        for address in forwarded
    ]


def test_a_proxy_is_believed_and_nobody_else(tmp_path: Path) -> None:
    senders = ("198.51.100.1", "198.51.100.1", "198.51.100.2", "203.0.113.9, 198.51.100.2")
    believed = ServerSettings(rate_per_minute=10, proxies=("127.0.0.0/8",))
    with served_in(tmp_path / "behind", believed) as running:
        assert refusals(running.url, *senders) == [401, 429, 401, 429]
    with served_in(tmp_path / "alone", ServerSettings(rate_per_minute=10)) as running:
        assert refusals(running.url, *senders) == [401, 429, 429, 429]


@pytest.mark.parametrize("text", ["*", "proxy.example.org", "10.0.0.1/8", "", "10.0.0.0/33"])
def test_what_is_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError, match="expected an IP address or a network"):
        to_proxies([text])


def test_proxies_are_addresses_and_networks() -> None:
    assert to_proxies(["10.0.0.5", "fd00::/8"]) == ("10.0.0.5", "fd00::/8")
