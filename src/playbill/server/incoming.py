"""Bodies that are files: streamed to disk, each in a folder that goes away with the request."""

import re
import shutil
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO
from uuid import uuid4

from anyio import to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from playbill.server.problems import Problem, too_large, wrong_type

WRITE_AT_ONCE = 1 << 20
"""Pieces are gathered to this before they are written, in a thread."""
MOST_FIELD_BYTES = 64 << 10
MOST_NAME_BYTES = 200
"""Of a file's name, its suffix kept: file systems take 255."""


@dataclass(frozen=True, slots=True)
class Received:
    """One file that came in."""

    path: Path
    """Its name is the sender's, without what no file name should hold."""
    sha256: str
    bytes_: int


@dataclass(slots=True)
class Form:
    """What a multipart body, or a bare file, held."""

    files: list[Received] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """Of the contents: the same for the same files, however they were wrapped."""
        said = [f"{file.path.name}\0{file.sha256}" for file in self.files]
        said += [f"{name}\0{value}" for name, value in sorted(self.fields.items())]
        return sha256("\0\0".join(said).encode()).hexdigest()


@contextmanager
def own_folder(incoming: Path) -> Iterator[Path]:
    """An empty folder, gone after the block."""
    folder = incoming / uuid4().hex
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def received(
    request: Request, incoming: Path, *, most_files: int, name: str
) -> AsyncIterator[Form]:
    """The files of the request's body while the block runs.

    A body that is no multipart is one file; it is called after the query's `name`, if there is
    one, or else `name`.

    Raises:
        Problem: 400, 413 or 415.
    """
    with own_folder(incoming) as folder:
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind == b"multipart/form-data":
            writer = _FormWriter(folder, options.get(b"boundary", b""), most_files)
            await writer.take(request)
            yield writer.form
        elif kind in {b"application/x-www-form-urlencoded", b"application/json", b"text/plain"}:
            raise wrong_type(
                "Content-Type", kind.decode("latin-1"), "multipart/form-data or the type of a file"
            )
        else:
            sink = _Sink(folder / safe_name(request.query_params.get("name", name)))
            with sink:
                async for chunk in request.stream():
                    if sink.add(chunk):
                        await to_thread.run_sync(sink.flush)
                sink.flush()
            yield Form([sink.received()])


def safe_name(name: str) -> str:
    r"""The last part of a name, without control characters, never hidden or empty.

    >>> safe_name("../../etc/pass\x00wd")
    'passwd'
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = kept, ""
    room = MOST_NAME_BYTES - len(suffix) - 1
    stem = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    return (f"{stem}.{suffix}" if suffix else stem) or "unnamed"


class _Sink:
    """A file that grows, and what its bytes are."""

    def __init__(self, path: Path) -> None:
        self._path, self._pending, self._pending_bytes = path, list[bytes](), 0
        self._hash, self._bytes = sha256(), 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> "_Sink":
        self._file = self._path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, chunk: bytes) -> bool:
        """Take a piece; says whether it is time to `flush`."""
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        return self._pending_bytes >= WRITE_AT_ONCE

    def flush(self) -> None:
        """Write what was taken."""
        data = b"".join(self._pending)
        self._pending, self._pending_bytes = [], 0
        self._hash.update(data)
        self._bytes += len(data)
        if self._file:
            self._file.write(data)

    def received(self) -> Received:
        """What came in."""
        return Received(self._path, self._hash.hexdigest(), self._bytes)


class _FormWriter:
    """Writes the files of a multipart body to disk while it comes in."""

    def __init__(self, folder: Path, boundary: bytes, most_files: int) -> None:
        self.form = Form()
        self._folder, self._most_files = folder, most_files
        self._header, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._sink: _Sink | None = None
        self._field: str | None = None
        self._text = bytearray()
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers_clear,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._part_begins,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                    "on_end": self._ends,
                },
            )
        except FormParserError as error:
            raise _malformed(str(error)) from error

    async def take(self, request: Request) -> None:
        """Take the whole body.

        Raises:
            Problem: it is no multipart body, is cut off, or holds too much.
        """
        pending = bytearray()
        try:
            async for chunk in request.stream():
                pending += chunk
                if len(pending) >= WRITE_AT_ONCE:
                    await to_thread.run_sync(self._parser.write, bytes(pending))
                    pending.clear()
            self._parser.write(bytes(pending))
            self._parser.finalize()
        except FormParserError as error:
            raise _malformed(str(error)) from error
        finally:
            if self._sink:
                self._sink.__exit__()
        if not self._whole:
            raise _malformed("it ends before its last boundary")

    def _headers_clear(self) -> None:
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _part_begins(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise _malformed("a part has no name")
        if b"filename" not in options:
            if len(self.form.fields) >= 20:
                raise too_large("body", "more than 20 fields", "20 fields")
            self._field, self._text = options[b"name"].decode("utf-8", "replace"), bytearray()
            return
        if len(self.form.files) >= self._most_files:
            raise too_large("body", f"more than {self._most_files} files", f"{self._most_files}")
        place = self._folder / str(len(self.form.files))
        place.mkdir()
        self._sink = _Sink(place / safe_name(options[b"filename"].decode("utf-8", "replace")))
        self._sink.__enter__()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._sink:
            if self._sink.add(data[start:end]):
                self._sink.flush()
        elif len(self._text) + end - start > MOST_FIELD_BYTES:
            raise too_large(f"body.{self._field}", "more", f"{MOST_FIELD_BYTES:,} bytes")
        else:
            self._text += data[start:end]

    def _part_ends(self) -> None:
        if self._sink:
            self._sink.flush()
            self._sink.__exit__()
            self.form.files.append(self._sink.received())
            self._sink = None
        elif self._field is not None:
            self.form.fields[self._field] = self._text.decode("utf-8", "replace")
            self._field = None

    def _ends(self) -> None:
        self._whole = True


def _malformed(reason: str) -> Problem:
    return Problem(
        400,
        f"body: expected multipart/form-data, found what is none: {reason}",
        "malformed",
        where="body",
        expected="multipart/form-data",
    )
