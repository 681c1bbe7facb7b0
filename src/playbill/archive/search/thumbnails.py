"""What to show of a moment's subjects: the best face, or a place in a frame."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from playbill.archive.chunks import chunks
from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.moments import Meeting, Sight
from playbill.archive.search.query import Thumbnail
from playbill.archive.tables import faces


@dataclass(frozen=True, slots=True)
class BestFace:
    """The face of a track that shows it best: large, surely found, and with a crop."""

    worth: tuple[bool, float]
    thumbnail: Thumbnail


def best_faces(tx: Connection, track_ids: Collection[int]) -> dict[int, BestFace]:
    """Of each track that has faces, the best one."""
    row = faces.c
    area = (row.right - row.left) * (row.bottom - row.top)
    worth = (row.score * area).label("worth")
    order = (row.crop.is_(None), worth.desc(), row.id)
    place = func.row_number().over(partition_by=row.track_id, order_by=order).label("place")
    columns = (row.crop, row.frame_index, row.left, row.top, row.right, row.bottom)
    found: dict[int, BestFace] = {}
    for some in chunks(sorted(track_ids)):
        ranked = select(row.track_id, worth, *columns, place).where(row.track_id.in_(some))
        best = ranked.subquery()
        for track, value, crop, index, *box, _ in tx.execute(select(best).where(best.c.place == 1)):
            left, top, right, bottom = box
            thumbnail = Thumbnail(crop, index, (left, top, right, bottom))
            found[track] = BestFace((crop is not None, value), thumbnail)
    return found


def thumbnail_of(sights: Sequence[Sight], meeting: Meeting, best: dict[int, BestFace]) -> Thumbnail:
    """The best face among the tracks; without one, the first frame that shows it."""
    shown = [best[one.track_id] for one in sights if one.track_id in best]
    if shown:
        return max(shown, key=lambda face: face.worth).thumbnail
    first, last = meeting.frames()
    clearest = max(sights, key=lambda one: (one.score, -one.first_frame))
    return Thumbnail(None, min(max(clearest.first_frame, first), last), None)


def with_box(
    tx: Connection, thumbnail: Thumbnail, class_id: int, run_id: str, documents: DocumentBoxes
) -> Thumbnail:
    """The same with the box of the clearest thing of its class in that frame, if there is one.

    Raises:
        ArchiveError: the run's document is damaged.
    """
    if thumbnail.box_xyxy is not None:
        return thumbnail
    things = documents.of_run(tx, run_id).get(thumbnail.frame_index, ())
    alike = [thing for thing in things if thing.class_id == class_id]
    if not alike:
        return thumbnail
    clearest = max(alike, key=lambda thing: thing.score)
    return Thumbnail(None, thumbnail.frame_index, clearest.box_xyxy)
