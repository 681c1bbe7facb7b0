"""From a file to who and what appears when: the main job."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from playbill.core.analysis import Analysis
from playbill.core.frame import Frame
from playbill.core.media import MediaInfo
from playbill.core.ports import Recogniser
from playbill.core.run import Coverage, RunRecord
from playbill.core.sightings import Sightings
from playbill.media.images import PICTURE_DECODER, read_image
from playbill.media.probe import media_kind, probe
from playbill.media.video import SampledVideo
from playbill.pipeline.appearances import find_appearances
from playbill.pipeline.findings import Findings
from playbill.pipeline.hooks import Hook, Progress, no_hook
from playbill.pipeline.networks import Networks, find, look
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.settle import settle
from playbill.pipeline.shots import ShotDetector
from playbill.pipeline.stretches import find_stretches


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Networks and a gallery, open and ready for any number of media."""

    networks: Networks
    recogniser: Recogniser | None
    """None: nobody is to be named."""
    settings: AnalysisSettings

    def analyze(self, path: Path, hook: Hook = no_hook) -> Analysis:
        """Find who and what appears when and where in a picture or video.

        Raises:
            MediaError: the file cannot be read; what is merely damaged is counted instead.
        """
        return self._sightings(path, hook, crops=False).analysis

    def sightings(self, path: Path, hook: Hook = no_hook) -> Sightings:
        """The same, with the faces it rests on."""
        return self._sightings(path, hook, crops=True)

    def _sightings(self, path: Path, hook: Hook, *, crops: bool) -> Sightings:
        start = _Start()
        if media_kind(path) == "image":
            return self._picture(path, start, hook, crops=crops)
        return self._video(path, start, hook, crops=crops)

    def _picture(self, path: Path, start: "_Start", hook: Hook, *, crops: bool) -> Sightings:
        media = probe(path)
        findings = look([Frame.still(read_image(path))], self.networks, crops=crops)
        hook(Progress(media, 1, 1, Fraction(0)))
        record = self._record(start, PICTURE_DECODER, Coverage(1, 1, 0))
        return self._settled(media, record, findings, [])

    def _video(self, path: Path, start: "_Start", hook: Hook, *, crops: bool) -> Sightings:
        settings, shots = self.settings, ShotDetector()
        findings: list[Findings] = []
        with SampledVideo.open(
            path, every=settings.sample_every, observe=shots, threads=settings.threads
        ) as video:
            for found in find(video, self.networks, batch=settings.batch, crops=crops):
                findings.append(found)
                hook(Progress(video.info, len(findings), video.expected, found.time_s))
            media, record = video.info, self._record(start, video.decoder, video.coverage)
        return self._settled(media, record, findings, shots.cuts())

    def _settled(
        self, media: MediaInfo, record: RunRecord, findings: list[Findings], cuts: list[Fraction]
    ) -> Sightings:
        embedder, bridge = self.networks.embedder, self.settings.bridge
        settled = settle(findings, cuts, self.recogniser, described=embedder is not None)
        end_s = None if media.kind == "image" else media.duration_s or Fraction(0)
        frames = settled.frames
        return Sightings(
            analysis=Analysis(
                media,
                record,
                frames,
                () if end_s is None else find_appearances(frames, cuts, end_s, bridge=bridge),
            ),
            cuts_s=tuple(cuts),
            space=embedder.space if embedder else None,
            tracks=settled.tracks,
            stretches=find_stretches(frames, settled.track_of_thing, cuts, end_s, bridge=bridge),
        )

    def _record(self, start: "_Start", decoder: str, coverage: Coverage) -> RunRecord:
        return RunRecord(
            id=str(uuid4()),
            version=version("playbill"),
            started=start.moment,
            seconds=time.perf_counter() - start.clock_s,
            sample_every=self.settings.sample_every,
            decoder=decoder,
            models=self.networks.uses,
            gallery=self.recogniser.use if self.recogniser else None,
            settings=self.settings.bearing(),
            frames=coverage,
        )


@dataclass(frozen=True, slots=True)
class _Start:
    """When a run began, by the calendar and by the stop-watch."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock_s: float = field(default_factory=time.perf_counter)
