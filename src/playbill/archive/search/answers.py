"""From what was found to what is answered: names, scores, thumbnails."""

from collections.abc import Sequence

from sqlalchemy import Connection

from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.finding import Found
from playbill.archive.search.moments import Sight
from playbill.archive.search.query import Moment, Seen, Thumbnail
from playbill.archive.search.subjects import Subject, label_of
from playbill.archive.search.thumbnails import best_faces, thumbnail_of, with_box
from playbill.core.people import Person


def moments(
    tx: Connection,
    found: Sequence[Found],
    subjects: Sequence[Subject],
    documents: DocumentBoxes,
    *,
    boxes: bool,
) -> list[Moment]:
    """What is answered for each result of a page.

    Raises:
        ArchiveError: a document is damaged whose boxes are asked for.
    """
    tracks = {
        one.track_id
        for each in found
        for some in each.meeting.sights()
        for one in some
        if one.track_id is not None
    }
    best = best_faces(tx, tracks) if tracks else {}
    answers = []
    for each in found:
        seen = []
        for subject, some in zip(asked(each, subjects), each.meeting.sights(), strict=True):
            thumbnail = thumbnail_of(some, each.meeting, best)
            if boxes:
                run_id = each.candidate.run_id
                thumbnail = with_box(tx, thumbnail, some[0].class_id, run_id, documents)
            seen.append(_seen(some, subject, thumbnail))
        answers.append(_moment(each, seen))
    return answers


def asked(found: Found, subjects: Sequence[Subject]) -> list[Subject]:
    """Of each subject of a result, the one that was asked for."""
    firsts = [stay.sights[0] for stay in found.meeting.stays]
    return [subjects[first.subject] for first in firsts]


def likeness_of(sights: Sequence[Sight], subject: Subject) -> float | None:
    """The cosine of the track that is nearest to the example; None: there was no example."""
    if subject.kind != "tracks":
        return None
    near = dict(subject.likeness)
    return max(near[one.track_id] for one in sights if one.track_id is not None)


def _moment(found: Found, seen: Sequence[Seen]) -> Moment:
    meeting = found.meeting
    first, last = meeting.frames()
    people = [one for one in seen if one.kind == "person"]
    return Moment(
        media=found.candidate.ref,
        subjects=tuple(seen),
        start_us=meeting.start_us,
        end_us=meeting.end_us,
        first_frame=first,
        last_frame=last,
        score=min(one.score for one in seen),
        verified=bool(people) and all(one.verified for one in people),
    )


def _seen(sights: Sequence[Sight], subject: Subject, thumbnail: Thumbnail) -> Seen:
    people = {(one.person_id, one.name) for one in sights}
    person_id, name = people.pop() if len(people) == 1 else (None, None)
    clusters = {one.cluster_id for one in sights}
    frames = sum(one.frames for one in sights)
    tracks = {one.track_id for one in sights if one.track_id is not None}
    return Seen(
        kind=sights[0].kind,
        class_id=sights[0].class_id,
        label=label_of(sights[0].class_id),
        person=Person(person_id, name) if person_id and name else None,
        cluster_id=clusters.pop() if len(clusters) == 1 else None,
        track_ids=tuple(sorted(tracks)),
        score=min(1.0, sum(one.score * one.frames for one in sights) / frames),
        verified=all(one.verified for one in sights),
        thumbnail=thumbnail,
        likeness=likeness_of(sights, subject),
    )
