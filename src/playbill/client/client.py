"""A Playbill server from Python."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx

from playbill.client.calls import Calls, Json
from playbill.client.errors import NotReached
from playbill.client.uploading import Told, upload
from playbill.errors import MediaError

LARGE_BYTES = 64 << 20
"""Larger files are sent in pieces."""
PICTURE_S = 5.0
"""So long one picture of many may take."""
OVER = frozenset({"done", "failed", "cancelled"})


class Client:
    """Calls a server with an API key; answers are the server's JSON.

    Refusals are `ServerError`s that carry the problem. Calls are made again where the server asks
    for patience, and where a line breaks: POSTs bear an idempotency key, so that does no harm.

    >>> with Client("http://127.0.0.1:8765", "pb_...") as playbill:  # doctest: +SKIP
    ...     document = playbill.image("photo.jpg")
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take the server's address, and a key that `playbill keys add` made."""
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )
        self._calls = Calls(self._http)
        # Whoever takes a video in looks all of it over before the answer.
        self._patient = httpx.Timeout(timeout_s, read=None)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def me(self) -> Json:
        """Whom the server takes you for, and what you may do."""
        return self._calls.json("GET", "/v1/me")

    def image(self, path: str | Path) -> Json:
        """The document of one picture, which the server does not keep.

        Raises:
            MediaError: the file cannot be read here.
            ServerError: the server refused.
            NotReached: it does not answer.
        """
        return dict(json.loads(self.image_text(path)))

    def image_text(self, path: str | Path) -> str:
        """The same as the text that came, byte for byte."""
        name, data = _read(Path(path))
        return self._calls.ask("POST", "/v1/images", files={"image": (name, data)}).text

    def images(self, paths: Iterable[str | Path]) -> list[Json]:
        """For each picture, `name` and its `document` or its `problem`; errors as `image`."""
        files = [("images", _read(Path(path))) for path in paths]
        most_s = self._http.timeout.read
        timeout = httpx.Timeout(self._http.timeout)
        timeout.read = most_s and most_s + PICTURE_S * len(files)
        sent = self._calls.json("POST", "/v1/images/batch", files=files, timeout=timeout)
        return list(sent["results"])

    def video(
        self,
        path: str | Path,
        *,
        every: int | None = None,
        priority: int | None = None,
        hook: str | None = None,
        in_pieces: bool | None = None,
        told: Told = lambda _, __: None,
    ) -> Json:
        """Send a video (or a picture) into the archive; its job.

        Args:
            path: here.
            every: analyse every N-th frame; None: as the server is set.
            priority: more is sooner.
            hook: address to be told when the job is over.
            in_pieces: so that it goes on where it broke off; None: large files.
            told: of bytes that are there, and of how many, in pieces.

        Raises:
            MediaError: the file cannot be read here.
            ServerError: the server refused.
            NotReached: it does not answer.
        """
        source, wishes = Path(path), {"every": every, "priority": priority, "hook": hook}
        size = _size(source)
        if in_pieces if in_pieces is not None else size > LARGE_BYTES:
            sent = upload(self._calls, source, wishes, told)
            return self.job(str(sent["job_id"]))
        fields = {name: str(value) for name, value in wishes.items() if value is not None}
        try:
            with source.open("rb") as file:
                return self._take(files={"video": (source.name, file)}, data=fields)
        except OSError as error:
            raise MediaError(f"{source}: cannot be read: {error.strerror}") from error

    def video_at(
        self,
        path: str,
        *,
        every: int | None = None,
        priority: int = 0,
        hook: str | None = None,
    ) -> Json:
        """Take a video that lies on the server, under one of its roots; its job."""
        return self._take(json={"path": path, "every": every, "priority": priority, "hook": hook})

    def _take(self, **body: Any) -> Json:
        return dict(self._calls.json("POST", "/v1/videos", timeout=self._patient, **body)["job"])

    def job(self, job_id: str) -> Json:
        """One job, and how far it is."""
        return self._calls.json("GET", f"/v1/jobs/{job_id}")

    def jobs(self, *states: str) -> list[Json]:
        """Jobs in these states, or all; the newest first."""
        return list(self._calls.pages("/v1/jobs", {"state": states or None}))

    def cancel(self, job_id: str) -> Json:
        """End a job; what is done stays done."""
        return self._calls.json("DELETE", f"/v1/jobs/{job_id}")

    def retry(self, job_id: str) -> Json:
        """Queue a job again that failed, was cancelled, or had to put segments aside."""
        return self._calls.json("POST", f"/v1/jobs/{job_id}/retry")

    def events(self, job_id: str) -> Iterator[Json]:
        """A job's progress whenever something changed; the last one is of its end."""
        with self._calls.stream(f"/v1/jobs/{job_id}/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def wait(
        self,
        job_id: str,
        *,
        timeout_s: float | None = None,
        told: Callable[[Json], None] = lambda _: None,
    ) -> Json:
        """Wait until a job is over, however often the line breaks; the job.

        Raises:
            NotReached: it is not over in time, or the server is away.
            ServerError: there is no such job.
        """
        deadline = None if timeout_s is None else monotonic() + timeout_s
        while True:
            try:
                for job in self.events(job_id):
                    told(job)
                    if job["state"] in OVER:
                        return job
                    _in_time(job_id, deadline)
            except NotReached:
                _in_time(job_id, deadline)
                self.job(job_id)

    def media(self, **restrictions: Any) -> Iterator[Json]:
        """Media, the ones added last first: `kind`, `hidden`."""
        return self._calls.pages("/v1/media", restrictions)

    def medium(self, media_id: str) -> Json:
        """One medium."""
        return self._calls.json("GET", f"/v1/media/{media_id}")

    def document(self, media_id: str, *, run: str | None = None) -> Json:
        """What was found in a medium, with the names of today."""
        return dict(json.loads(self.export(media_id, "json", run=run)))

    def export(
        self, media_id: str, format_: str, *, run: str | None = None, as_made: bool = False
    ) -> bytes:
        """The same in another format: `csv`, `webvtt`, `otio`, ..."""
        params = {"format": format_, "as_made": as_made} | ({"run": run} if run else {})
        return self._calls.ask("GET", f"/v1/media/{media_id}/document", params=params).content

    def frame(self, media_id: str, index: int, *, width: int | None = None) -> bytes:
        """One frame as a JPEG."""
        params = {"width": width} if width else None
        path = f"/v1/media/{media_id}/frames/{index}.jpg"
        return self._calls.ask("GET", path, params=params).content

    def people(self, **restrictions: Any) -> Iterator[Json]:
        """People by name: `name`, `hidden`."""
        return self._calls.pages("/v1/people", restrictions)

    def add_person(self, name: str) -> Json:
        """Make a person."""
        return self._calls.json("POST", "/v1/people", json={"name": name})

    def enrol(self, person_id: str, pictures: Sequence[str | Path]) -> Json:
        """Teach the archive what a person looks like."""
        files = [("pictures", _read(Path(path))) for path in pictures]
        return self._calls.json("POST", f"/v1/people/{person_id}/pictures", files=files)

    def rename(self, person_id: str, name: str) -> Json:
        """Give a person another name, everywhere at once."""
        return self._edit("PATCH", f"/v1/people/{person_id}", json={"name": name})

    def merge(self, person_id: str, into: str) -> Json:
        """Make a person one with another, who stays."""
        url = f"/v1/people/{person_id}"
        return self._edit("POST", url, at=f"{url}/merge", json={"into": into})

    def forget(self, person_id: str) -> Json:
        """Erase a person, for good."""
        return self._edit("DELETE", f"/v1/people/{person_id}")

    def clusters(self, **restrictions: Any) -> Iterator[Json]:
        """Groups of faces that look like one person: `named`, `hidden`."""
        return self._calls.pages("/v1/clusters", restrictions)

    def name_cluster(
        self, cluster_id: str, *, person_id: str | None = None, name: str | None = None
    ) -> Json:
        """Say who everybody in a group is: somebody known, or somebody new."""
        url, body = f"/v1/clusters/{cluster_id}", {"person_id": person_id, "name": name}
        return self._edit("POST", url, at=f"{url}/name", json=body)

    def undo(self, seq: int) -> Json:
        """Take a decision back."""
        return self._calls.json("POST", f"/v1/decisions/{seq}/undo")

    def search(self, **query: Any) -> Iterator[Json]:
        """Moments: `person`, `object`, `text`, `near`, `min_seconds`, `verified`, ..."""
        return self._calls.pages("/v1/search", query)

    def search_face(self, path: str | Path, **query: Any) -> Iterator[Json]:
        """Moments of whoever looks like the faces of a picture, the likest first.

        As `search`, and `min_likeness`, `face` (0: the largest alone). Errors as `image`.
        """
        picture = _read(Path(path))
        return self._calls.pages("/v1/search/face", query, "POST", files={"image": picture})

    def _edit(self, method: str, url: str, *, at: str | None = None, **more: Any) -> Json:
        """Edit what was looked at just now."""
        tag = self._calls.ask("GET", url).headers["ETag"]
        return self._calls.json(method, at or url, headers={"If-Match": tag}, **more)


def _read(path: Path) -> tuple[str, bytes]:
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror}") from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror}") from error


def _in_time(job_id: str, deadline: float | None) -> None:
    if deadline is not None and monotonic() > deadline:
        raise NotReached(f"job {job_id}: it is not over yet")
