"""The archive's gallery as the server uses it: made anew in the background when people change."""

import asyncio
import time
from dataclasses import dataclass
from threading import Lock

import structlog

from playbill.archive.archive import Archive
from playbill.core.ports import Recogniser
from playbill.errors import GalleryError, PlaybillError
from playbill.library.gallery import current_gallery, state_of_people
from playbill.pipeline.galleries import scores_of
from playbill.recognition.network_scores import UNMEASURED
from playbill.recognition.recogniser import open_recogniser
from playbill.server.opening import Opened
from playbill.server.pictures import Pictures

LEAST_PAUSE_S = 1.0
REST = 20
"""Looking takes at most one part in so many of a processor's time."""
_log = structlog.get_logger("playbill.server")


@dataclass(frozen=True, slots=True)
class Answer:
    """The gallery of one state of people."""

    state: str
    space: str
    recogniser: Recogniser | None
    """None: nobody is known by face."""


class Naming:
    """Keeps `pictures` naming those whom the archive knows today."""

    def __init__(self, archive: Archive, opened: Opened, pictures: Pictures) -> None:
        embedder = opened.analyzer.networks.embedder
        self._archive, self._pictures = archive, pictures
        self._space = embedder.space if embedder else None
        self._scores = (
            scores_of(opened.card, embedder.cohort) if opened.card and embedder else UNMEASURED
        )
        self._rate = opened.analyzer.settings.stranger_rate
        self.answer: Answer | None = None
        """None: not made yet, or it knows somebody who was forgotten."""
        self._reason = ""
        self._lock = Lock()

    def renew(self) -> None:
        """Look whether people have changed, and if so let a new gallery answer.

        Raises:
            GalleryError: too few people are enrolled to tell them from strangers; nobody is named
                then, as the gallery before may know somebody who was forgotten.
            ArchiveUnavailable: the data base does not answer.
        """
        if self._space is None:
            return
        with self._lock:
            state = self._archive.database.read(state_of_people)
            if self.answer is not None and state == self.answer.state:
                return
            try:
                stored = current_gallery(self._archive, self._space, self._scores)
            except GalleryError:
                self._nobody()
                raise
            recogniser = open_recogniser(stored, stranger_rate=self._rate) if stored else None
            self._pictures.name_by(recogniser)
            self.answer = Answer(state, self._space, recogniser)

    def try_to_renew(self) -> None:
        """Renew; what fails is logged once."""
        try:
            self.renew()
            self._reason = ""
        except PlaybillError as error:
            if str(error) != self._reason:
                _log.warning("gallery not renewed", reason=str(error))
            self._reason = str(error)

    def forget(self) -> None:
        """Let nobody be named until `renew` has made a gallery without those who were forgotten."""
        with self._lock:
            self._nobody()

    def _nobody(self) -> None:
        self._pictures.name_by(None)
        self.answer = None

    async def keep(self) -> None:
        """Renew again and again, until cancelled; what fails is logged and tried again."""
        while True:
            started = time.monotonic()
            await asyncio.to_thread(self.try_to_renew)
            await asyncio.sleep(max(LEAST_PAUSE_S, REST * (time.monotonic() - started)))
