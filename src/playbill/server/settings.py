"""Everything that can be set about the server; each default is written here and nowhere else."""

from dataclasses import dataclass, field
from pathlib import Path

from playbill.pipeline.settings import AnalysisSettings

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the server serves, and how much it takes."""

    analysis: AnalysisSettings = field(default_factory=AnalysisSettings)
    """How pictures and videos are analysed."""
    roots: tuple[Path, ...] = ()
    """Folders in which videos may be named by their path; none: no paths are taken."""
    hosts: tuple[str, ...] = ()
    """Names under which it may be asked for, beside localhost and IP addresses."""
    proxies: tuple[str, ...] = ()
    """IP addresses or networks of proxies that are believed when they say for whom they ask."""
    https: bool = False
    """Whether browsers reach it by https: the cookie is then for https alone."""

    max_json_bytes: int = 1 * MIB
    """Of a body that is no file."""
    max_picture_bytes: int = 64 * MIB
    max_picture_pixels: int = 100_000_000
    """300 MB once it is decoded."""
    max_batch_bytes: int = 1 * GIB
    """Of the body, and of what all its ZIPs unpack to."""
    max_batch_pictures: int = 1000
    max_zip_ratio: int = 100
    """A picture does not get smaller than a hundredth in a ZIP; a bomb does."""
    max_video_bytes: int = 200 * GIB
    max_video_s: int = 24 * 3600

    picture_threads: int = 8
    """Pictures in hand at once: some are decoded while others go through the networks together."""
    frame_threads: int = 2
    """Frames of videos decoded at once, to be shown."""
    picture_queue: int = 64
    """Pictures that wait at most; further ones are told to come again."""
    rate_per_minute: int = 1200
    """Requests of one key or user; a burst of a tenth of it is free."""
    logins_per_5_minutes: int = 5
    """Wrong passwords for one name, and four times as many from one address."""
    body_idle_s: float = 30
    """So long a sender may be silent in the middle of a body."""
    body_bytes_per_s: int = 1 * KIB
    """A body that comes more slowly than this, after `body_idle_s`, is cut off."""
    session_hours: float = 12
    upload_hours: float = 24
    """A half upload is kept so long after its last byte."""
    reply_hours: float = 24
    """Replies to requests with an Idempotency-Key are kept so long."""
    event_s: float = 0.5
    """How often a job's progress is looked at for those who listen."""

    hook_hosts: tuple[str, ...] = ()
    """Names of hosts that may be told of finished jobs; none: no web hooks."""
    hook_private: bool = False
    """Whether web hooks may lead to private, loopback and link-local addresses."""
