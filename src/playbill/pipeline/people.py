"""The conflict rule: both modules see people; where they disagree, the face's answer stands.

A body (a person box of the object network) and a face that belong together are one person. A face
without a body is a person of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.assignment import best_pairs
from playbill.core.boxes import Boxes, box_areas, box_intersections, box_overlaps
from playbill.core.detections import Detections
from playbill.core.faces import Faces
from playbill.core.labels import PERSON
from playbill.core.metadata import Box, FaceBox, Thing
from playbill.core.people import Match

MIN_SHARE_INSIDE = 0.7
"""So much of a face's area lies inside the body it belongs to."""

MAX_DEPTH = 0.5
"""A face begins in this upper share of its body's height."""

PER_PAIR = 10.0
"""What one more pair is worth, beside which score and size of a body and a face only choose."""

FOR_SIZE = 6.0
"""What the IoU of a face with its body is worth beside the body's score."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What one frame shows."""

    things: tuple[Thing, ...]
    """The objects in their order, bodies with their faces; then the faces without a body."""
    thing_of_face: tuple[int, ...]
    """For each face, the place of its person among `things`."""


def resolve_people(objects: Detections, faces: Faces, matches: Sequence[Match | None]) -> Resolved:
    """Put the findings of both modules in one frame together.

    Args:
        objects: what the object network found, bodies of people among it.
        faces: what the face detector found.
        matches: one answer per face; None where nobody was asked.
    """
    bodies = np.flatnonzero(objects.class_ids == PERSON)
    face_of_body = pair_faces(objects.boxes_xyxy[bodies], objects.scores[bodies], faces)
    face_of_row = {int(bodies[body]): face for body, face in face_of_body.items()}
    things = [
        _thing(objects, row, faces, face_of_row.get(row), matches) for row in range(len(objects))
    ]
    alone = sorted(set(range(len(faces))) - set(face_of_row.values()))
    things += [_bodiless(objects.labels, faces, face, matches) for face in alone]
    places = {face: row for row, face in face_of_row.items()}
    places |= {face: len(objects) + i for i, face in enumerate(alone)}
    return Resolved(tuple(things), tuple(places[face] for face in range(len(faces))))


def pair_faces(
    bodies_xyxy: Boxes, body_scores: NDArray[np.float32], faces: Faces
) -> dict[int, int]:
    """Which body (key) has which face (value); each has at most one of the other.

    As many as can be are paired. Of several ways to do so it is the one with the surest bodies,
    and faces that are large in them: of two faces inside one body the larger is its own.
    """
    belongs = (shares_inside(bodies_xyxy, faces) >= MIN_SHARE_INSIDE) & (
        face_depths(bodies_xyxy, faces) <= MAX_DEPTH
    )
    sizes = box_overlaps(bodies_xyxy, faces.boxes_xyxy)
    gains = PER_PAIR + body_scores[:, None] + FOR_SIZE * sizes
    return dict(best_pairs(np.where(belongs, gains, np.float32(0))))


def shares_inside(bodies_xyxy: Boxes, faces: Faces) -> NDArray[np.float32]:
    """(bodies, faces) how much of each face's area lies inside each body, 0 to 1."""
    areas = box_areas(faces.boxes_xyxy)[None, :]
    shared = box_intersections(bodies_xyxy, faces.boxes_xyxy)
    return np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0)


def face_depths(bodies_xyxy: Boxes, faces: Faces) -> NDArray[np.float32]:
    """(bodies, faces) how far down in the body the face begins: 0 top, 1 bottom."""
    faces_from = faces.boxes_xyxy[:, 1]
    tops, bottoms = bodies_xyxy[:, 1, None], bodies_xyxy[:, 3, None]
    depths: NDArray[np.float32] = (faces_from[None, :] - tops) / np.maximum(bottoms - tops, 1e-6)
    return depths


def _thing(
    objects: Detections,
    row: int,
    faces: Faces,
    face: int | None,
    matches: Sequence[Match | None],
) -> Thing:
    class_id = int(objects.class_ids[row])
    return Thing(
        kind="person" if class_id == PERSON else "object",
        class_id=class_id,
        label=objects.labels[class_id],
        box_xyxy=_box(objects.boxes_xyxy[row]),
        score=float(objects.scores[row]),
        face=None if face is None else _face_box(faces, face),
        match=None if face is None else matches[face],
    )


def _bodiless(
    labels: tuple[str, ...], faces: Faces, face: int, matches: Sequence[Match | None]
) -> Thing:
    found = _face_box(faces, face)
    label = labels[PERSON]
    return Thing("person", PERSON, label, found.box_xyxy, found.score, found, matches[face])


def _face_box(faces: Faces, face: int) -> FaceBox:
    return FaceBox(_box(faces.boxes_xyxy[face]), float(faces.scores[face]))


def _box(box_xyxy: NDArray[np.float32]) -> Box:
    left, top, right, bottom = box_xyxy.tolist()
    return (left, top, right, bottom)
