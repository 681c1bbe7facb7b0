"""Take media into the archive: what it has is skipped, the rest is written down and queued."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, select

from playbill.archive.archive import Archive
from playbill.archive.media import add_media, get_media, move_media
from playbill.archive.packing import is_text
from playbill.archive.tables import media
from playbill.core.media import MediaInfo
from playbill.errors import ArchiveError, ArchiveUnavailable, PlaybillError
from playbill.library.ordering import Order, is_wanted, order
from playbill.media.files import unreadable
from playbill.pipeline.segments import Segment, cut
from playbill.pipeline.surveyed import SurveyedMedia

GROUP = 100
"""Files whose places are looked up together."""
BATCH = 50
"""Files that are written down at once, at most."""
BATCH_S = 2.0
"""A batch is written down after so long, full or not: a kill loses no more."""
FRESH = timedelta(seconds=2)
"""A file that was touched so shortly before it was added may have been touched again since."""

Outcome = Literal["added", "again", "known", "moved"]
Look = Callable[[Path], SurveyedMedia]


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one file."""

    path: Path
    outcome: Outcome
    """`known`: its bytes are here; `moved`: they were elsewhere, and that file is no more; `again`:
    known, and to be analysed in another way."""
    media_id: str
    job_id: str | None
    """None: nothing was ordered."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not taken."""

    path: Path
    error: PlaybillError


def add_files(
    archive: Archive,
    paths: Iterable[Path],
    look: Look,
    wish: Order,
    *,
    who: str,
    again: bool = False,
    by_hash: bool = False,
) -> Iterator[Addition | Refusal]:
    """Add files one after another; what is given is written down and survives whatever follows.

    A file is known by its bytes. To spare reading them, a file that lies where the archive last
    read it, is as large and was not touched since (neither its contents nor its name, by the
    file system's own clock) is taken for the same.

    Args:
        archive: open.
        paths: of pictures and videos.
        look: surveys a file.
        wish: which analysis is wanted.
        who: adds them.
        again: order the analysis of known media too, where it has not been done like this.
        by_hash: read the bytes of all files, whatever their sizes and times say.

    Raises:
        ArchiveUnavailable: the data base is away; what was given before is kept.
    """
    adding = _Adding(archive, look, wish, who, again=again)
    files = iter(paths)
    while group := list(islice(files, GROUP)):
        untouched = {} if by_hash else archive.database.read(partial(_untouched, paths=group))
        done = archive.database.read(partial(adding.done, media_ids=[*untouched.values()]))
        looked: list[_Looked] = []
        since = time.monotonic()
        for path in group:
            try:
                known_id = untouched.get(path)
                if known_id is not None and known_id in done:
                    yield Addition(path, "known", known_id, None)
                else:
                    looked.append(adding.look_at(path))
            except PlaybillError as error:
                yield Refusal(path, error)
            if len(looked) >= BATCH or time.monotonic() - since > BATCH_S:
                yield from adding.write_down(looked)
                looked, since = [], time.monotonic()
        yield from adding.write_down(looked)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file that was read, and what is to be written down of it."""

    path: Path
    bytes_: int
    info: MediaInfo
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class _Adding:
    """One call of `add_files`."""

    archive: Archive
    look: Look
    wish: Order
    who: str
    again: bool

    def done(self, tx: Connection, media_ids: Sequence[str]) -> set[str]:
        """Those of these known media for which there is nothing to do."""
        return {it for it in media_ids if not self._is_news(tx, it)}

    def look_at(self, path: Path) -> _Looked:
        """Read what is to be known of a file.

        Raises:
            MediaError: it cannot be used.
        """
        try:
            size = path.stat().st_size
        except OSError as error:
            raise unreadable(path, error) from error
        surveyed = self.look(path)
        segments = cut(surveyed, self.wish.settings.sample_every, self.wish.segment_s)
        return _Looked(path, size, surveyed.info, segments)

    def write_down(self, looked: Sequence[_Looked]) -> list[Addition | Refusal]:
        """Keep some files together; if one of them cannot be kept, each by itself."""
        try:
            return [*self.archive.database.write(lambda tx: [self._keep(tx, it) for it in looked])]
        except ArchiveUnavailable:
            raise
        except ArchiveError as error:
            if len(looked) == 1:
                return [Refusal(looked[0].path, error)]
            return [said for it in looked for said in self.write_down([it])]

    def _is_news(self, tx: Connection, media_id: str) -> bool:
        return is_wanted(tx, media_id, self.wish, again=self.again)

    def _keep(self, tx: Connection, it: _Looked) -> Addition:
        place, media_id = str(it.path.resolve()), it.info.id
        outcome: Outcome = "known"
        if add_media(tx, it.info, bytes_=it.bytes_, place=place, who=self.who):
            outcome = "added"
        elif self._has_moved(tx, media_id, place):
            move_media(tx, media_id, place, who=self.who)
            outcome = "moved"
        if outcome != "added" and not self._is_news(tx, media_id):
            return Addition(it.path, outcome, media_id, None)
        job_id = order(tx, media_id, it.segments, self.wish, who=self.who)
        return Addition(it.path, "again" if outcome == "known" else outcome, media_id, job_id)

    def _has_moved(self, tx: Connection, media_id: str, place: str) -> bool:
        before = get_media(tx, media_id).place
        if before is None or before == place or not Path(before).is_absolute():
            return before is None
        try:
            return not Path(before).exists()
        except OSError:  # a folder that may not be looked into
            return False


def _untouched(tx: Connection, paths: Sequence[Path]) -> dict[Path, str]:
    """Path -> medium, of files that are as they were when they were added."""
    place_of: dict[str, Path] = {}
    for path in paths:
        with suppress(
            OSError, RuntimeError
        ):  # a symbolic link in a circle: what looks at it says so
            place_of[str(path.resolve())] = path
    rows = select(media.c.place, media.c.bytes, media.c.added_at, media.c.id)
    found: dict[Path, str] = {}
    for row in tx.execute(rows.where(media.c.place.in_([*filter(is_text, place_of)]))):
        path = place_of[row.place]
        try:
            state = path.stat()
        except OSError:
            continue
        touched_s = max(state.st_mtime, state.st_ctime)
        if state.st_size == row.bytes and touched_s < (row.added_at - FRESH).timestamp():
            found[path] = row.id
    return found
