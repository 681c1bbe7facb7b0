"""From a file to who and what appears when: the main job."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

from playbill.core.analysis import Analysis
from playbill.core.frame import Frame
from playbill.core.joining import find_appearances
from playbill.core.ports import Recogniser
from playbill.core.run import Coverage, RunRecord
from playbill.core.sightings import Sightings
from playbill.media.images import PICTURE_DECODER, read_image
from playbill.media.sampling import EveryNth
from playbill.media.survey import Survey
from playbill.media.video import VIDEO_DECODER, SampledVideo
from playbill.pipeline.findings import Findings
from playbill.pipeline.gathering import Gathered, gather
from playbill.pipeline.hooks import Hook, Progress, no_hook
from playbill.pipeline.likeness import Alike
from playbill.pipeline.networks import Look, Networks, find, look
from playbill.pipeline.segment_findings import SegmentFindings
from playbill.pipeline.segments import Segment, uncut
from playbill.pipeline.settings import AnalysisSettings
from playbill.pipeline.settle import settle
from playbill.pipeline.shots import Passage, ShotDetector
from playbill.pipeline.stretches import find_stretches
from playbill.pipeline.surveyed import SurveyedMedia, survey_media
from playbill.version import __version__


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Networks and a gallery, open and ready for any number of media.

    `analyze` and `sightings` do a whole medium. The same in steps: `survey`, cut it into segments
    (`segments.cut`), `analyse_segment` each, wherever and in any order, and `settle`.
    """

    networks: Networks
    recogniser: Recogniser | None
    """None: nobody is to be named."""
    settings: AnalysisSettings
    alike: Alike = field(default_factory=Alike)
    """How alike the faces of one person look under the embedder."""
    looking: Look = look
    """How pictures are looked at; a server has those of several requests looked at together."""

    def analyze(self, path: Path, hook: Hook = no_hook) -> Analysis:
        """Find who and what appears when and where in a picture or video.

        Raises:
            MediaError: the file cannot be read; what is merely damaged is counted instead.
        """
        return self._whole(path, hook, crops=False).analysis

    def sightings(self, path: Path, hook: Hook = no_hook) -> Sightings:
        """The same, with the faces it rests on; errors as `analyze`."""
        return self._whole(path, hook, crops=True)

    def survey(self, path: Path) -> SurveyedMedia:
        """Look a file over; for many segments of one file, see `surveyed.SurveyCache`."""
        return survey_media(path)

    def analyse_segment(
        self, media: SurveyedMedia, segment: Segment, hook: Hook = no_hook, *, crops: bool = True
    ) -> SegmentFindings:
        """Look at the wanted frames of one segment.

        All that depends on frames before and after it is left for `settle`, so that it makes no
        difference how a medium is cut.

        Args:
            media: surveyed, and the file is still the same.
            segment: of it.
            hook: told of each frame; the counts are those of the segment.
            crops: cut out the faces as pictures.

        Raises:
            MediaError: the file cannot be read.
            ValueError: a part of a video whose frames only decoding tells.
        """
        start = time.perf_counter()
        if media.video is None:
            findings = self.looking(
                [Frame.still(read_image(media.path))], self.networks, crops=crops
            )
            hook(Progress(media.info, 1, 1, Fraction(0)))
            seen, coverage, decoder = Passage(None, None, ()), Coverage(1, 1, 0), PICTURE_DECODER
        else:
            shots = ShotDetector()
            with self._open(media, media.video, segment, shots) as video:
                findings = self._find(video, hook, crops=crops)
                seen, coverage, decoder = shots.passage(), video.coverage, VIDEO_DECODER
        return SegmentFindings(
            media_sha256=media.info.sha256,
            segment=segment,
            frames=tuple(findings),
            passage=seen,
            coverage=coverage,
            decoder=decoder,
            models=self.networks.uses,
            seconds=time.perf_counter() - start,
        )

    def settle(
        self,
        media: SurveyedMedia,
        findings: Sequence[SegmentFindings],
        *,
        started: datetime | None = None,
    ) -> Sightings:
        """Make one analysis of the findings of a medium's segments.

        Args:
            media: surveyed.
            findings: of its segments in any order; the frames of those that are not there count as
                corrupt.
            started: when the first of them was begun; None: now.

        Raises:
            ValueError: findings of another medium, or of segments that overlap.
        """
        seconds = sum(part.seconds for part in findings)
        return self._settle(media, findings, started or datetime.now(UTC), seconds)

    def _whole(self, path: Path, hook: Hook, *, crops: bool) -> Sightings:
        started, clock_s = datetime.now(UTC), time.perf_counter()
        media = survey_media(path)
        segment = uncut(media, self.settings.sample_every)
        findings = self.analyse_segment(media, segment, hook, crops=crops)
        return self._settle(media, [findings], started, time.perf_counter() - clock_s)

    def _open(
        self, media: SurveyedMedia, survey: Survey, segment: Segment, shots: ShotDetector
    ) -> SampledVideo:
        whole = survey.frames is None and segment == uncut(media, self.settings.sample_every)
        part = None if whole else range(segment.first_frame, segment.end_frame)
        return SampledVideo(
            media.path,
            survey,
            EveryNth(self.settings.sample_every),
            part=part,
            observe=shots,
            threads=self.settings.threads,
        )

    def _find(self, video: SampledVideo, hook: Hook, *, crops: bool) -> list[Findings]:
        findings: list[Findings] = []
        for found in find(video, self.networks, batch=self.settings.batch, crops=crops):
            findings.append(found)
            hook(Progress(video.info, len(findings), video.expected, found.time_s))
        return findings

    def _settle(
        self,
        media: SurveyedMedia,
        parts: Sequence[SegmentFindings],
        started: datetime,
        seconds: float,
    ) -> Sightings:
        embedder, bridge = self.networks.embedder, self.settings.bridge
        gathered = gather(media, parts, self.settings.sample_every)
        cuts = gathered.cuts_s
        settled = settle(
            gathered.frames,
            cuts,
            self.recogniser,
            described=embedder is not None,
            alike=self.alike,
            limits=None if media.video is None else self.networks.objects.limits,
        )
        frames, end_s = settled.frames, media.end_s
        return Sightings(
            analysis=Analysis(
                media.info,
                self._record(gathered, started, seconds),
                frames,
                () if end_s is None else find_appearances(frames, cuts, end_s, bridge=bridge),
            ),
            cuts_s=cuts,
            space=embedder.space if embedder else None,
            tracks=settled.tracks,
            stretches=find_stretches(frames, settled.track_of_thing, cuts, end_s, bridge=bridge),
        )

    def _record(self, gathered: Gathered, started: datetime, seconds: float) -> RunRecord:
        return RunRecord(
            id=str(uuid4()),
            version=__version__,
            started=started,
            seconds=seconds,
            sample_every=self.settings.sample_every,
            decoder=gathered.decoder,
            models=gathered.models or self.networks.uses,
            gallery=self.recogniser.use if self.recogniser else None,
            settings=self.settings.bearing(),
            frames=gathered.coverage,
        )
