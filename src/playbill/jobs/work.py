"""What one claim is: a segment for networks to look at, or the last step, which makes a run."""

import logging
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from playbill.archive import queue
from playbill.archive.archive import Archive
from playbill.archive.media import MediaRow, get_media
from playbill.archive.queue import Claim
from playbill.archive.runs import keep_run
from playbill.core.ports import Recogniser
from playbill.core.sightings import Sightings
from playbill.errors import GalleryError, MediaError, PlaybillError
from playbill.jobs.plan import WorkerPlan
from playbill.jobs.pulse import Pulse
from playbill.library.gallery import current_gallery
from playbill.library.ordering import settings_of
from playbill.library.places import LastFile
from playbill.models.store import ModelStore
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.fingerprint import fingerprint
from playbill.pipeline.galleries import open_gallery, scores_in
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import Segment
from playbill.pipeline.surveyed import SurveyCache, SurveyedMedia
from playbill.recognition.network_scores import NetworkScores

Keep = Callable[[Connection], bool]
"""Writes what came of a claim; False: it is not wanted any longer, or not ours."""
SLOWEST_BYTES_S = 4_000_000
"""A file is fetched and read at this speed at least, or the worker counts as stuck."""
log = logging.getLogger("playbill.jobs")


class Hopeless(PlaybillError):
    """No further attempt can help: the job fails."""


class Work:
    """Does claims with networks that stay open from one to the next."""

    def __init__(self, archive: Archive, plan: WorkerPlan) -> None:
        self._archive, self._plan = archive, plan
        self._opened: tuple[str, Analyzer] | None = None
        self._files, self._cache = LastFile(archive), SurveyCache()
        self._scores: dict[str, NetworkScores] = {}

    def do(self, held: Claim, pulse: Pulse) -> Keep:
        """Do the work of one claim; what is given writes it down.

        Raises:
            Hopeless: the file is gone or another one, or these networks are not those of the job.
            PlaybillError: it went wrong this time.
            Interrupted: the work is not wanted any longer, or the worker must go.
        """
        analyzer = self._analyzer(held)
        media = self._archive.database.read(lambda tx: get_media(tx, held.media_id))
        pulse.advance(0)
        pulse.allow(media.bytes_ / SLOWEST_BYTES_S)
        surveyed = _survey(self._cache, self._file(media), media)
        pulse.advance(0)
        if held.settles:
            return self._settle(held, analyzer, surveyed)
        part = Segment(held.number, held.first_frame, held.end_frame, held.frames)
        found = analyzer.analyse_segment(surveyed, part, lambda told: pulse.advance(told.done))
        packed = found.to_bytes()
        seconds = pulse.seconds
        return lambda tx: queue.finish(tx, held, packed, queue.clock(tx), seconds=seconds)

    def rest(self) -> None:
        """Leave nothing on the disk while there is nothing to do."""
        self._files.drop()

    def _file(self, media: MediaRow) -> Path:
        """The file of a medium; one that is gone will not come back by trying."""
        try:
            return self._files.of(media)
        except MediaError as error:
            raise Hopeless(str(error)) from error

    def _settle(self, held: Claim, analyzer: Analyzer, surveyed: SurveyedMedia) -> Keep:
        read = self._archive.database.read
        parts, begun = read(lambda tx: (queue.findings_of(tx, held), queue.begun_at(tx, held)))
        findings = [SegmentFindings.from_bytes(part) for part in parts]
        named = replace(analyzer, recogniser=self._recogniser(analyzer))
        sightings = named.settle(surveyed, findings, started=begun)
        crops = self._keep_crops(sightings)

        def keep(tx: Connection) -> bool:
            run_id = sightings.analysis.run.id
            if not queue.finish_settle(tx, held, run_id, queue.clock(tx)):
                return False
            keep_run(tx, sightings, fingerprint=held.fingerprint, crops=crops)
            return True

        return keep

    def _keep_crops(self, sightings: Sightings) -> list[list[str]]:
        """Put the pictures of faces to the blobs; a step that is done again finds its own there."""
        folder = f"crops/{sightings.analysis.media.id[:2]}/{sightings.analysis.media.id}"
        return [
            [self._put(f"{folder}/{sha256(f.crop).hexdigest()[:32]}.jpg", f.crop) for f in t.faces]
            for t in sightings.tracks
        ]

    def _put(self, key: str, data: bytes) -> str:
        if key not in self._archive.blobs:
            self._archive.blobs.put(key, data)
        return key

    def _recogniser(self, analyzer: Analyzer) -> Recogniser | None:
        """Whoever the archive knows by now; without a gallery nobody is named, and may be later."""
        embedder = analyzer.networks.embedder
        if embedder is None:
            return None
        if embedder.space not in self._scores:
            self._scores[embedder.space] = scores_in(embedder.space, ModelStore.default())
        scores = self._scores[embedder.space]
        for attempt in (1, 2):  # another worker may just have put a newer gallery in its place
            try:
                gallery = current_gallery(self._archive, embedder.space, scores)
                if gallery is None:
                    return None
                return open_gallery(gallery, embedder.space, analyzer.settings.stranger_rate)
            except GalleryError as error:
                if attempt == 2:
                    log.warning("nobody is named: %s", error)
        return None

    def _analyzer(self, held: Claim) -> Analyzer:
        """The networks of a job; those of the job before stay open if they are the same."""
        if self._opened is None or self._opened[0] != held.fingerprint:
            self._opened = None
            settings = settings_of(held.settings, threads=self._plan.threads)
            analyzer = self._plan.opener(settings)
            found = fingerprint(analyzer.networks, settings)
            if found != held.fingerprint:
                uses = ", ".join(f"{use.name} {use.precision}" for use in analyzer.networks.uses)
                raise Hopeless(
                    f"job of fingerprint {held.fingerprint[:12]}...: the networks of this machine "
                    f"({uses}) make {found[:12]}...: networks, Playbill or processor are not those "
                    "it was ordered with: order it anew, with --precision float32 where they differ"
                )
            self._opened = (held.fingerprint, analyzer)
        return self._opened[1]


def _survey(cache: SurveyCache, path: Path, media: MediaRow) -> SurveyedMedia:
    """Look the file over and make sure that it is the one that was added.

    Raises:
        Hopeless: it is another one by now.
    """
    found = cache.survey(path)
    if found.info.sha256 != media.info.sha256:
        raise Hopeless(
            f"{path}: the file was changed since it was added: expected the sha256 "
            f"{media.info.sha256[:12]}..., found {found.info.sha256[:12]}...: add it as it is now"
        )
    return replace(found, info=replace(found.info, name=media.info.name))
