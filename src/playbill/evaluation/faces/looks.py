"""What can be measured of a face before any network describes it."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from playbill.core.faces import Faces
from playbill.core.frame import Frame, Image

SHARPNESS_SIDE = 64
"""Pixels of the side that a face is brought to before its sharpness is measured: most faces are
larger, so that enlarging does not pass for blur."""
BLURRED_BELOW = 100.0
"""Variance of the Laplacian (Pech-Pacheco et al., 2000): at 64 pixels 4 % of LFW's faces lie below
it, and 97 % of the same faces after a Gaussian blur of 2 pixels."""
GREY_SPREAD = 12
"""Levels between the largest and the smallest of red, green and blue that grey may have: JPEG
leaves a little colour."""
SIZE_BANDS = (32, 64, 96, 128)
"""Pixels of the shorter side at which bands of face sizes begin and end."""


@dataclass(frozen=True, slots=True)
class FaceLook:
    """A face in its picture."""

    box_xyxy: tuple[float, float, float, float]
    """In pixels of the upright picture; may stand out of it."""
    sharpness: float
    """Variance of the Laplacian of the face, brought to one size."""
    grey: bool

    @property
    def side_px(self) -> float:
        """The shorter side."""
        left, top, right, bottom = self.box_xyxy
        return min(right - left, bottom - top)

    @property
    def size_band(self) -> str:
        """For example `32 to 64 px`."""
        edges = [edge for edge in SIZE_BANDS if edge <= self.side_px]
        above = [edge for edge in SIZE_BANDS if edge > self.side_px]
        if not edges:
            return f"below {above[0]} px"
        return f"{edges[-1]} to {above[0]} px" if above else f"{edges[-1]} px and more"

    @property
    def kinds(self) -> tuple[str, str]:
        """Grey or in colour, and sharp or blurred."""
        return (
            "grey" if self.grey else "in colour",
            "blurred" if self.sharpness < BLURRED_BELOW else "sharp",
        )


GROUPS = (
    f"below {SIZE_BANDS[0]} px",
    *(f"{low} to {high} px" for low, high in pairwise(SIZE_BANDS)),
    f"{SIZE_BANDS[-1]} px and more",
    "in colour",
    "grey",
    "sharp",
    "blurred",
)
"""Everything that `size_band` and `kinds` can say, in the order to show it in."""


def central_face(frame: Frame, faces: Faces) -> Faces:
    """The one that is largest after its distance from the middle is taken off; none of none."""
    if not len(faces):
        return faces
    width, height = frame.size_wh
    boxes = faces.boxes_xyxy
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    off = (boxes[:, :2] + boxes[:, 2:]) / 2 - np.array([width, height]) / 2
    best = [int(np.argmax(areas - 2 * (off**2).sum(axis=1)))]
    return Faces(boxes[best], faces.scores[best], faces.landmarks[best])


def look_at(image: Image, face: Faces) -> FaceLook:
    """Measure the one face of `face`."""
    height, width = image.shape[:2]
    left, top, right, bottom = (float(edge) for edge in face.boxes_xyxy[0])
    x0, y0 = min(max(int(left), 0), width - 1), min(max(int(top), 0), height - 1)
    x1, y1 = min(max(int(right), x0 + 1), width), min(max(int(bottom), y0 + 1), height)
    part = image[y0:y1, x0:x1]
    spread = part.max(axis=2).astype(np.int16) - part.min(axis=2)
    return FaceLook(
        (left, top, right, bottom), sharpness(part), bool(np.quantile(spread, 0.95) <= GREY_SPREAD)
    )


def sharpness(face: Image) -> float:
    """Variance of the Laplacian of a face, brought to `SHARPNESS_SIDE` pixels."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    smaller = grey.shape[0] * grey.shape[1] > SHARPNESS_SIDE**2
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    small = cv2.resize(grey, (SHARPNESS_SIDE, SHARPNESS_SIDE), interpolation=how)
    return float(cv2.Laplacian(small, cv2.CV_64F).var())
