"""The queue of work. A job is an order to analyse one medium; its segments are done one by one.

Segments belong to a medium and a fingerprint, and all jobs of these two share them. The last step,
which makes a run of the findings, is one more row among them (`SETTLE`): it is claimed, kept alive
and tried again like any segment, once none of the others is left to do.
"""

from playbill.archive.queue.changing import cancel, prioritise, retry
from playbill.archive.queue.claiming import (
    begun_at,
    claim,
    disown,
    expire,
    fail,
    fail_jobs,
    findings_of,
    finish,
    finish_settle,
    heartbeat,
    release,
    working,
)
from playbill.archive.queue.enqueueing import enqueue
from playbill.archive.queue.progress import (
    count_jobs,
    get_job,
    jobs_left,
    latest_jobs,
    list_jobs,
    load,
    named_job,
    progress,
)
from playbill.archive.queue.shared import clock
from playbill.archive.queue.values import (
    ACTIVE,
    LEAST_PRIORITY,
    MOST_ATTEMPTS,
    MOST_PRIORITY,
    PAUSE_S,
    SETTLE,
    Claim,
    JobProgress,
    JobRow,
    JobState,
    Load,
    Span,
    Standing,
    Trouble,
)

__all__ = [
    "ACTIVE",
    "LEAST_PRIORITY",
    "MOST_ATTEMPTS",
    "MOST_PRIORITY",
    "PAUSE_S",
    "SETTLE",
    "Claim",
    "JobProgress",
    "JobRow",
    "JobState",
    "Load",
    "Span",
    "Standing",
    "Trouble",
    "begun_at",
    "cancel",
    "claim",
    "clock",
    "count_jobs",
    "disown",
    "enqueue",
    "expire",
    "fail",
    "fail_jobs",
    "findings_of",
    "finish",
    "finish_settle",
    "get_job",
    "heartbeat",
    "jobs_left",
    "latest_jobs",
    "list_jobs",
    "load",
    "named_job",
    "prioritise",
    "progress",
    "release",
    "retry",
    "working",
]
