"""Objects of a video that only one frame of a shot shows: left out, unless they are beyond doubt.

What is really there is there longer than a frame; what only looks like something mostly looks so
in one frame. A person whose face is seen needs no second look.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from playbill.core.labels import PERSON
from playbill.core.limits import ScoreLimits
from playbill.pipeline.findings import Findings
from playbill.pipeline.people import pair_faces

MIN_LOOKS = 2
"""Analysed frames of a shot that must show a class."""


def without_glances(shot: Sequence[Findings], limits: ScoreLimits | None) -> list[Findings]:
    """The frames of one shot without the objects that were seen in too few of them.

    Args:
        shot: in order.
        limits: one sure object of a class vouches for all of that class in the shot; None: one
            look is enough for everything.
    """
    if limits is None:
        return list(shot)
    sure = np.array(limits.sure, np.float32)
    looks = Counter(
        int(class_id) for found in shot for class_id in np.unique(found.objects.class_ids)
    )
    vouched = {class_id for class_id, frames in looks.items() if frames >= MIN_LOOKS}
    vouched |= {
        int(class_id)
        for found in shot
        for class_id in found.objects.class_ids[
            found.objects.scores >= sure[found.objects.class_ids]
        ]
    }
    return [_kept(found, vouched) for found in shot]


def _kept(found: Findings, vouched: set[int]) -> Findings:
    objects = found.objects
    kept: NDArray[np.bool_] = np.isin(objects.class_ids, list(vouched))
    if kept.all():
        return found
    bodies = np.flatnonzero(objects.class_ids == PERSON)
    with_face = pair_faces(objects.boxes_xyxy[bodies], objects.scores[bodies], found.faces)
    kept[bodies[list(with_face)]] = True
    return replace(found, objects=objects.rows(kept))
