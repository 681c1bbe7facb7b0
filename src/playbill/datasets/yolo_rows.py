"""One line of a YOLO label file: to pixels and back.

A line is `class x y width height`: the centre and the sides of a box as shares of the picture's
width and height (Redmon's Darknet; Ultralytics), or `class x1 y1 x2 y2 x3 y3 ...`: a polygon. Edges
lie between pixels: left = (x - width / 2) * picture width. Pixels are kept to a millionth, which
undoes the noise of dividing and multiplying and nothing else.
"""

from playbill.datasets.checking import Box, Row
from playbill.datasets.numbers import shortest_with, text_of
from playbill.datasets.outlines import Polygons, hull

PIXEL_DECIMALS = 6
MOST_DIGITS = 17
FAR_OUT = 2.0
"""A share beyond this is no slip at the edge: the line is in pixels."""


def read_row(line: str, size_wh: tuple[int, int], where: str, *, outlines: bool) -> Row:
    """Read one line.

    Raises:
        ValueError: it is no such line.
    """
    words = line.split()
    try:
        class_id, *shares = map(float, words)
    except ValueError as error:
        raise ValueError(f"found {line.strip()[:60]!r}, expected numbers") from error
    if class_id != int(class_id):
        raise ValueError(f"the class is {words[0]}, expected a whole number")
    if len(shares) != 4 and (len(shares) < 6 or len(shares) % 2):
        raise ValueError(
            f"found {len(words)} numbers, expected 5 (a box) or 7, 9, 11, ... (a polygon)"
        )
    if any(abs(share) > FAR_OUT for share in shares):
        raise ValueError(f"found {line.strip()[:60]!r}, expected shares of the picture, 0 to 1")
    if len(shares) == 4:
        return Row(int(class_id), _box(shares, size_wh), where=where)
    ring = _ring(shares, size_wh)
    outline = Polygons((ring,)) if outlines else None
    return Row(int(class_id), hull(ring), outline=outline, where=where)


def box_line(class_id: int, box_xyxy: Box, size_wh: tuple[int, int]) -> str:
    """A box as a line that is read back as the same box, with as few digits as that takes."""
    left, top, right, bottom = box_xyxy
    x, width = _centre_and_side(left, right, size_wh[0])
    y, height = _centre_and_side(top, bottom, size_wh[1])
    return " ".join([str(class_id), *map(text_of, (x, y, width, height))])


def polygon_line(class_id: int, ring: tuple[float, ...], size_wh: tuple[int, int]) -> str:
    """A ring as a line that is read back as the same ring."""
    shares = [_share(value, size_wh[axis % 2]) for axis, value in enumerate(ring)]
    return " ".join([str(class_id), *map(text_of, shares)])


def _box(shares: list[float], size_wh: tuple[int, int]) -> Box:
    x, y, width, height = shares
    left, right = _edges(x, width, size_wh[0])
    top, bottom = _edges(y, height, size_wh[1])
    return left, top, right, bottom


def _edges(centre: float, side: float, length: int) -> tuple[float, float]:
    before, after = (centre - side / 2) * length, (centre + side / 2) * length
    return round(before, PIXEL_DECIMALS), round(after, PIXEL_DECIMALS)


def _ring(shares: list[float], size_wh: tuple[int, int]) -> tuple[float, ...]:
    return tuple(
        round(share * size_wh[axis % 2], PIXEL_DECIMALS) for axis, share in enumerate(shares)
    )


def _centre_and_side(before: float, after: float, length: int) -> tuple[float, float]:
    centre, side = (before + after) / 2 / length, (after - before) / length
    wanted = _edges(centre, side, length)
    for digits in range(MOST_DIGITS):
        short = round(centre, digits), round(side, digits)
        if _edges(*short, length) == wanted:
            return short
    return centre, side


def _share(value: float, length: int) -> float:
    wanted = round(value, PIXEL_DECIMALS)
    return shortest_with(
        value / length, lambda share: round(share * length, PIXEL_DECIMALS) == wanted
    )
