"""An appearance as plain facts, for formats that carry JSON or keys with values."""

from playbill.core.appearances import Appearance
from playbill.exports.source import Facts
from playbill.exports.words import said, score, seconds


def appearance_facts(seen: Appearance) -> Facts:
    """Who or what, when and how sure; the end is exclusive."""
    return {
        "kind": seen.kind,
        "said": said(seen),
        "label": seen.label,
        "classId": seen.class_id,
        "personId": seen.person.id if seen.person else None,
        "personName": seen.person.name if seen.person else None,
        **({} if seen.unknown is None else {"unknown": seen.unknown}),
        "start": seconds(seen.span.start_s),
        "end": seconds(seen.span.end_s),
        "frames": seen.frames,
        "score": score(seen.score),
    }
