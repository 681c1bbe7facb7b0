"""`playbill serve`, `users` and `keys`, as processes."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from socket import socket

import httpx
import pytest
from typer.testing import CliRunner

from playbill.archive.access.passwords import is_password
from playbill.archive.access.users import password_of
from playbill.archive.archive import Archive
from playbill.cli.main import app
from playbill.errors import PlaybillError
from playbill.server.settings import ServerSettings
from tests.support.serving import png

FAKE = """
import sys
from playbill.cli import serve, main
import playbill.server.app as app
from tests.support.serving import fake_networks
app.create_app.__defaults__ = (fake_networks,)
main.main()
"""
"""The command with stand-ins for the networks."""


@dataclass(frozen=True)
class Done:
    """What a command said."""

    stdout: str
    refusal: str


def playbill(*arguments: str, typed: str | None = None, env: dict[str, str] | None = None) -> Done:
    """A command in this process; one that serves must be refused."""
    result = CliRunner().invoke(app, list(arguments), input=typed, env=env)
    if result.exception is not None and not isinstance(result.exception, PlaybillError):
        raise result.exception
    return Done(result.stdout, str(result.exception or ""))


@contextmanager
def served(
    folder: Path, *arguments: str, log: list[str] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """The address of a server that runs, and what it printed at first; `log` gets the rest."""
    command = [sys.executable, "-c", FAKE, "serve", "--archive", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--workers", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    try:
        while not said or " at http" not in said[-1]:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said.append(line.rstrip())
        yield said[-1].rpartition(" ")[2], said
    finally:
        process.send_signal(signal.SIGINT)
        _, said_last = process.communicate(timeout=30)
        assert process.returncode == 0
        if log is not None:
            log.extend(said_last.splitlines())


def test_the_first_start_makes_an_admin_and_says_the_password_once(tmp_path: Path) -> None:
    mine, log = "6fa459ea-ee8a-3ca4-894e-db77e160355e", list[str]()
    with served(tmp_path, log=log) as (url, said):
        password = said[1].removeprefix("password: ")
        body = {"name": "admin", "password": password}
        assert url.startswith("http://127.0.0.1:")
        assert httpx.post(f"{url}/v1/sessions", json=body).status_code == 201
        token = playbill("keys", "add", "admin", "mine", "--archive", str(tmp_path)).stdout.strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/v1/users", headers=headers).status_code == 200
        httpx.get(f"{url}/healthz", headers={"X-Request-ID": mine})
    (line,) = [line for line in log if mine in line]
    assert json.loads(line)["status"] == 200
    named = ("--name", "playbill.example.org", "--proxy", "127.0.0.1")
    with served(tmp_path, *named) as (url, said):
        assert "password" not in " ".join(said)
        hosts = ("playbill.example.org", "localhost", "evil.example")
        answers = [httpx.get(f"{url}/healthz", headers={"Host": host}) for host in hosts]
        assert [answer.status_code for answer in answers] == [200, 200, 421]


def test_a_proxy_that_is_no_address_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbill.server.logs.log_as_json", lambda _: None)
    done = playbill("serve", "--archive", str(tmp_path), "--proxy", "proxy.example.org")
    assert done.refusal.startswith("proxy: found 'proxy.example.org', expected an IP address")


@pytest.mark.parametrize("password", ["admin", "changeme", "password1234", "aaaaaaaaaaaaaaa", ""])
def test_weak_passwords_from_the_environment_are_refused(tmp_path: Path, password: str) -> None:
    done = playbill(
        "serve",
        "--archive",
        str(tmp_path),
        env={"PLAYBILL_ADMIN_PASSWORD": password},
    )

    assert done.refusal.startswith("PLAYBILL_ADMIN_PASSWORD")


def test_an_address_that_cannot_be_had_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbill.server.logs.log_as_json", lambda _: None)
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        done = playbill("serve", "--archive", str(tmp_path), "--workers", "0", "--port", port)

    assert "cannot listen there" in done.refusal


def test_limits_are_options_and_their_defaults_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[ServerSettings] = []

    def noted(_: Archive, settings: ServerSettings) -> None:
        taken.append(settings)

    monkeypatch.setattr("playbill.server.app.create_app", noted)
    monkeypatch.setattr("playbill.server.running.run", lambda *_, **__: None)
    monkeypatch.setattr("playbill.server.logs.log_as_json", lambda _: None)
    where = ("serve", "--archive", str(tmp_path), "--workers", "0")
    playbill(*where)
    playbill(
        *where, "--max-picture-mib", "3", "--max-video-hours", "2", "--max-batch-pictures", "9"
    )

    given, own = taken[0], ServerSettings()
    limits = [name for name in fields_of(own) if name.startswith(("max", "rate", "picture"))]
    assert [getattr(given, name) for name in limits] == [getattr(own, name) for name in limits]
    assert taken[1].max_picture_bytes == 3 << 20
    assert (taken[1].max_video_s, taken[1].max_batch_pictures) == (7200, 9)


def fields_of(settings: ServerSettings) -> list[str]:
    return [field.name for field in fields(settings)]


def test_a_killed_server_comes_back_with_all_that_it_took(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "archive"
    environment = os.environ | {"PLAYBILL_ADMIN_PASSWORD": "a-long-one-of-my-own"}
    command = [sys.executable, "-c", FAKE, "serve", "--archive", str(folder), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--workers", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    assert " at http" in said  # the password, which is known, is not printed
    url = said.rpartition(" ")[2].strip()
    kept = password_kept(folder)
    assert is_password(kept, "a-long-one-of-my-own")
    token = playbill("keys", "add", "admin", "mine", "--archive", str(folder)).stdout.strip()
    headers, taken = {"Authorization": f"Bearer {token}"}, set()
    for number in range(10):
        files = {"video": ("a.png", png((number, 0, 0)))}
        answer = httpx.post(f"{url}/v1/videos", headers=headers, files=files)
        assert answer.status_code == 202
        taken.add(answer.json()["job"]["id"])
    process.kill()
    process.wait()
    process.stdout.close()

    with served(folder) as (url, _):
        jobs = httpx.get(f"{url}/v1/jobs?state=queued", headers=headers).json()["items"]
    assert {job["id"] for job in jobs} == taken


def password_kept(folder: Path) -> str:
    archive = Archive.open(folder)
    found = archive.database.read(lambda tx: password_of(tx, "admin"))
    archive.close()
    assert found is not None
    return found[1]


def test_users_and_keys_are_made_listed_and_locked_out(tmp_path: Path) -> None:
    Archive.create(tmp_path).close()
    where = ("--archive", str(tmp_path))

    made = playbill("users", "add", "Grace", "--role", "labeller", *where)
    assert re.search(r"password: \S{20}", made.stdout)
    given = playbill("users", "add", "ada", "--stdin", *where, typed="a-long-one-of-hers\n")
    assert "password" not in given.stdout
    weak = playbill("users", "password", "ada", "--stdin", *where, typed="short\n")
    assert "12 to 256" in weak.refusal
    assert playbill("users", "role", "ada", "admin", *where).stdout == "ada  admin\n"
    last = playbill("users", "deactivate", "ada", *where)
    assert "last admin" in last.refusal
    playbill("users", "deactivate", "grace", *where)
    listed = playbill("users", "list", *where).stdout
    assert listed.split("\n")[:2] == ["ada  admin", "grace  labeller  (not active)"]
    assert playbill("users", "activate", "grace", *where).stdout == "grace  active\n"

    token = playbill(
        "keys", "add", "ada", "ingest", "--scope", "read", "--days", "7", *where
    ).stdout
    assert re.fullmatch(r"pb_[0-9a-f]{32}_\S{43}\n", token)
    keys = playbill("keys", "list", *where).stdout
    assert keys.split()[1:5] == ["ada", "ingest", "read", "until"]
    said = json.loads(playbill("keys", "list", "--json", *where).stdout)
    assert (said["scopes"], said["revoked"], said["lastUsed"]) == (["read"], None, None)
    assert said["expires"] is not None
    forever = CliRunner().invoke(app, ["keys", "add", "ada", "x", "--days", "99999999", *where])
    assert forever.exit_code == 2
    assert playbill("keys", "revoke", keys.split()[0], *where).stdout == "ingest  revoked\n"
    assert "none with the id" in playbill("keys", "revoke", "nothing", *where).refusal
    secret = playbill("keys", "hook-secret", *where).stdout
    assert secret == playbill("keys", "hook-secret", *where).stdout
    assert re.fullmatch(r"whsec_\S{44}\n", secret)
