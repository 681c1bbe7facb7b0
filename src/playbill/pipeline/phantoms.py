"""Phantoms: findings of one frame that are a second view of somebody who is there already.

Nobody who has a face of their own is taken away but where that face lies within a larger head. The
figures are those of 417 COCO pictures under YOLOX-nano and MTCNN, whose people are known; decision
30 has them.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import Boxes, box_areas, box_overlaps
from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.labels import PERSON
from playbill.pipeline.findings import Findings
from playbill.pipeline.people import face_depths, pair_faces, shares_inside

MAX_SIDE_WITHIN = 0.45
"""A face within a head has at most this share of the side of the head's own face."""
HEAD_CENTRE = (0.5, 0.4)
"""Of the ellipse that a head fills, in widths and heights of its face's box from the top left."""
HEAD_AXES = (0.55, 0.7)
"""Half of the ellipse's width and height: ears and hair lie within, who stands behind does not."""
SAME_BODY = 0.55
"""IoU from which on two bodies are one: what is more alike is twice the same."""
HEAD_DEPTH = 0.25
"""The head of a body begins in this upper share of its height."""
MIN_SHARE_OF_FACE = 0.7
"""So much of a face lies inside the body that has it for its head."""
MIN_COVERED = 0.7
"""A body is another view of others if it has another's face for its head, and they cover this."""
GRID = 24
"""A body is covered where the middle of a cell of a grid of so many rows and columns is."""


def without_phantoms(found: Findings) -> Findings:
    """The same frame without faces within heads and bodies that are another view of others."""
    found = _with_faces(found, real_faces(found.faces))
    rows = np.flatnonzero(found.objects.class_ids == PERSON)
    boxes, scores = found.objects.boxes_xyxy[rows], found.objects.scores[rows]
    phantoms = rows[sorted(phantom_bodies(boxes, scores, found.faces))]
    if not len(phantoms):
        return found
    kept = np.setdiff1d(np.arange(len(found.objects)), phantoms)
    return replace(found, objects=_objects(found.objects, kept))


def real_faces(faces: Faces) -> NDArray[np.int64]:
    """(k,) rows of the faces that are not within the head of a larger, surer one."""
    boxes = faces.boxes_xyxy
    sides = np.sqrt(box_areas(boxes))
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    heads = boxes[:, :2] + sizes * np.array(HEAD_CENTRE, np.float32)
    axes = sizes * np.array(HEAD_AXES, np.float32)
    away = (centres[:, None] - heads[None, :]) / axes[None, :]
    within = (away**2).sum(axis=2) <= 1
    smaller = sides[:, None] <= MAX_SIDE_WITHIN * sides[None, :]
    less_sure = faces.scores[:, None] < faces.scores[None, :]
    return np.flatnonzero(~(within & smaller & less_sure).any(axis=1))


def phantom_bodies(bodies_xyxy: Boxes, scores: NDArray[np.float32], faces: Faces) -> set[int]:
    """Rows of bodies without a face that are another view of somebody.

    Either they are much the same box as a body with a face, or as one of a higher score. Or the
    face of somebody else is where their head would be, and bodies with faces cover them: a box
    around two people, or around half of one.
    """
    faced = set(pair_faces(bodies_xyxy, scores, faces))
    overlaps = box_overlaps(bodies_xyxy, bodies_xyxy)
    has_head = (shares_inside(bodies_xyxy, faces) >= MIN_SHARE_OF_FACE) & (
        face_depths(bodies_xyxy, faces) <= HEAD_DEPTH
    )
    phantoms: set[int] = set()
    faceless = sorted(set(range(len(bodies_xyxy))) - faced, key=lambda row: (-scores[row], row))
    real = sorted(faced)
    for row in faceless:
        doubled = bool((overlaps[row, real] >= SAME_BODY).any())
        others = bodies_xyxy[sorted(faced)]
        view = has_head[row].any() and _covered(bodies_xyxy[row], others) >= MIN_COVERED
        if doubled or view:
            phantoms.add(row)
        else:
            real.append(row)
    return phantoms


def _covered(box_xyxy: NDArray[np.float32], others_xyxy: Boxes) -> float:
    """The share of a box that others cover together."""
    left, top, right, bottom = box_xyxy.tolist()
    middles = (np.arange(GRID) + 0.5) / GRID
    x, y = left + middles * (right - left), top + middles * (bottom - top)
    across = (x >= others_xyxy[:, :1]) & (x < others_xyxy[:, 2:3])
    down = (y >= others_xyxy[:, 1:2]) & (y < others_xyxy[:, 3:])
    return float((across[:, None, :] & down[:, :, None]).any(axis=0).mean())


def _with_faces(found: Findings, rows: NDArray[np.int64]) -> Findings:
    if len(rows) == len(found.faces):
        return found
    faces, points, crops = found.faces, found.embeddings, found.crops
    return replace(
        found,
        faces=Faces(faces.boxes_xyxy[rows], faces.scores[rows], faces.landmarks[rows]),
        embeddings=None if points is None else Embeddings(points.vectors[rows], points.model),
        crops=None if crops is None else tuple(crops[row] for row in rows),
    )


def _objects(objects: Detections, rows: NDArray[np.int64]) -> Detections:
    return Detections(
        objects.boxes_xyxy[rows], objects.scores[rows], objects.class_ids[rows], objects.labels
    )
