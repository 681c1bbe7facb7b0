"""Camera moves over photographs: the scenes of the clip, and the file made of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from playbill.core.frame import Image
from playbill.core.timespan import TimeSpan
from playbill.demo.truth import Expected, Scene
from playbill.media.writer import VideoWriter

SIZE_WH = (1280, 720)
FRAME_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees of a photograph: a stretch of `width` pixels, in the clip's shape."""

    centre_x: float
    centre_y: float
    width: float

    def towards(self, other: "View", share: float) -> "View":
        """On the way to another view; `share` from 0 to 1."""
        return View(
            self.centre_x + (other.centre_x - self.centre_x) * share,
            self.centre_y + (other.centre_y - self.centre_y) * share,
            self.width + (other.width - self.width) * share,
        )

    def scaled(self, scale: float) -> "View":
        """The same view of an enlarged photograph."""
        return View(self.centre_x * scale, self.centre_y * scale, self.width * scale)

    def box_xyxy(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels of the photograph."""
        height = self.width * SIZE_WH[1] / SIZE_WH[0]
        left, top = self.centre_x - self.width / 2, self.centre_y - height / 2
        return left, top, left + self.width, top + height


@dataclass(frozen=True, slots=True)
class Shot:
    """One camera move over one photograph."""

    title: str
    photograph: str
    """A file of scikit-image's `data` folder."""
    seconds: int
    start: View
    end: View
    shows: tuple[Expected, ...]
    beside: tuple[Expected, ...] = ()
    mirrored: bool = False
    """Whether left and right change places; `start` and `end` are of the mirrored photograph."""


COLLINS = "Eileen Collins"
_COLLINS = (Expected("person", "person", COLLINS),)
_SOMEBODY = (Expected("person", "person"),)
_CUP = (Expected("object", "cup"),)
_TABLE = (Expected("object", "dining table"), Expected("object", "spoon"))
_CAT = (Expected("object", "cat"),)
_BENCH = (Expected("object", "bench"),)
_MOTORCYCLE = (Expected("object", "motorcycle"),)

SHOTS = (
    Shot("Astronaut", "astronaut.png", 5, View(236, 139, 465), View(233, 136, 385), _COLLINS),
    Shot("Coffee", "coffee.png", 4, View(322, 192, 550), View(314, 192, 500), _CUP, _TABLE),
    Shot("Cat", "chelsea.png", 4, View(226, 170, 446), View(226, 135, 446), _CAT, mirrored=True),
    Shot(
        "Astronaut, closer", "astronaut.png", 5, View(205, 130, 345), View(245, 135, 395), _COLLINS
    ),
    Shot(
        "Motorcycle",
        "motorcycle_left.png",
        4,
        View(400, 280, 640),
        View(400, 282, 570),
        _MOTORCYCLE,
    ),
    Shot("Cameraman", "camera.png", 5, View(215, 160, 420), View(225, 168, 390), _SOMEBODY),
    Shot("Rocket", "rocket.jpg", 3, View(320, 225, 600), View(320, 205, 630), ()),
)
"""Half a minute. The photographs are in the public domain or free to use (skimage/data/README)."""


def clip_truth(shots: Sequence[Shot] = SHOTS) -> tuple[Scene, ...]:
    """Who and what is in the clip, and when, exactly."""
    scenes, start_s = [], Fraction(0)
    for shot in shots:
        span = TimeSpan(start_s, start_s + shot.seconds)
        scenes.append(Scene(shot.title, span, shot.shows, shot.beside))
        start_s = span.end_s
    return tuple(scenes)


def write_clip(
    target: Path, photograph: Callable[[str], Image], shots: Sequence[Shot] = SHOTS
) -> None:
    """Write the clip as H.264; `photograph` gives a picture by the name of its file.

    Raises:
        OutputError: the file cannot be written.
    """
    with VideoWriter(target, SIZE_WH, FRAME_RATE) as video:
        for shot in shots:
            for image in _frames(shot, photograph(shot.photograph)):
                video.write(image)


def _frames(shot: Shot, photograph: Image) -> Iterator[Image]:
    """The photograph is enlarged once, so that each frame is a quick, linear look at it."""
    count = int(shot.seconds * FRAME_RATE)
    if shot.mirrored:
        photograph = np.ascontiguousarray(photograph[:, ::-1])
    scale = SIZE_WH[0] / min(shot.start.width, shot.end.width)
    enlarged = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    start, end = shot.start.scaled(scale), shot.end.scaled(scale)
    for number in range(count):
        share = number / (count - 1)
        eased = share * share * (3 - 2 * share)
        yield look(np.asarray(enlarged, np.uint8), start.towards(end, eased))


def look(photograph: Image, view: View) -> Image:
    """What the camera sees, at the size of the clip.

    Raises:
        ValueError: the view reaches beyond the photograph.
    """
    height, width = photograph.shape[:2]
    left, top, right, bottom = view.box_xyxy()
    if left < 0 or top < 0 or right > width or bottom > height:
        raise ValueError(f"{view} reaches beyond a photograph of {width} x {height}")
    scale = SIZE_WH[0] / view.width
    to_clip = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float64)
    to_clip[:, 2] += (scale - 1) / 2
    seen = cv2.warpAffine(
        photograph, to_clip, SIZE_WH, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.uint8)
