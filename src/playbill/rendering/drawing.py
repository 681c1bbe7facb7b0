"""Boxes and names drawn into pictures."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from playbill.core.frame import Image
from playbill.core.metadata import Box, Thing
from playbill.core.people import unknown_title
from playbill.rendering.colours import INK, Rgb, thing_colour
from playbill.rendering.text import Lettering, one_line

_BOLD, _PLAIN = 620, 400
_KEPT_LABELS = 2048

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels of the picture."""


def draw_frame(image: Image, things: Sequence[Thing]) -> Image:
    """A copy of `image` with the boxes, names and scores of `things` drawn in."""
    height, width = image.shape[:2]
    return FramePainter((width, height)).draw(image, things)


def label_of(thing: Thing) -> tuple[str, float]:
    """What a thing is called in a picture, and the score that stands beside it."""
    if thing.match is not None and thing.match.person is not None:
        return thing.match.person.name, thing.match.score
    if thing.unknown is not None:
        return unknown_title(thing.unknown), thing.score
    return thing.label, thing.score


class FramePainter:
    """Draws into many pictures of one size; labels are made once and kept.

    Line width and letters follow the size of the picture. Labels stay inside it and avoid each
    other as long as there is room.
    """

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh = size_wh
        shorter = min(size_wh)
        self._line = max(2, round(shorter / 270))
        self._letters = Lettering(min(max(12, round(shorter / 42)), 96))
        self._label = lru_cache(maxsize=_KEPT_LABELS)(self._make_label)

    def draw(self, image: Image, things: Sequence[Thing]) -> Image:
        """A copy of `image` with `things` drawn in.

        Raises:
            ValueError: the picture is of another size.
        """
        height, width = image.shape[:2]
        if (width, height) != self._size_wh:
            raise ValueError(f"image must be {self._size_wh}, got {(width, height)}")
        canvas = image.copy()
        for thing in sorted(things, key=_area, reverse=True):
            self._draw_boxes(canvas, thing)
        self._draw_labels(canvas, sorted(things, key=_importance))
        return canvas

    def _draw_boxes(self, canvas: Image, thing: Thing) -> None:
        colour = thing_colour(thing)
        self._outline(canvas, self._rect(thing.box_xyxy), colour, self._line)
        if thing.face is not None and thing.face.box_xyxy != thing.box_xyxy:
            self._outline(canvas, self._rect(thing.face.box_xyxy), colour, (self._line + 1) // 2)

    def _outline(self, canvas: Image, rect: Rect, colour: Rgb, line: int) -> None:
        left, top, right, bottom = rect
        corners = (left, top), (right - 1, bottom - 1)
        edge = max(1, line // 2)
        cv2.rectangle(canvas, *corners, INK, line + 2 * edge)
        cv2.rectangle(canvas, *corners, colour, line)

    def _draw_labels(self, canvas: Image, things: Sequence[Thing]) -> None:
        taken: list[Rect] = []
        for thing in things:
            name, score = label_of(thing)
            label = self._label(name, round(score * 100), thing_colour(thing))
            rect = self._place(self._rect(thing.box_xyxy), label, taken)
            taken.append(rect)
            left, top, right, bottom = rect
            canvas[top:bottom, left:right] = label[: bottom - top, : right - left]

    def _place(self, box: Rect, label: Image, taken: Sequence[Rect]) -> Rect:
        """Above the box, inside its top, or below it: the first place that hides no label."""
        width, height = self._size_wh
        label_height, label_width = label.shape[:2]
        left = min(max(box[0] - self._line, 0), max(width - label_width, 0))
        rects = []
        for top in (box[1] - label_height, box[1], box[3], box[1] + label_height):
            inside = min(max(top, 0), max(height - label_height, 0))
            rects.append(
                (left, inside, min(left + label_width, width), min(inside + label_height, height))
            )
        return min(rects, key=lambda rect: sum(_shared(rect, other) for other in taken))

    def _rect(self, box_xyxy: Box) -> Rect:
        width, height = self._size_wh
        left, top, right, bottom = np.clip(box_xyxy, 0, (width, height, width, height))
        return round(left), round(top), max(round(right), 1), max(round(bottom), 1)

    def _make_label(self, name: str, percent: int, colour: Rgb) -> Image:
        """A plate of `colour` with the name and, lighter, the score."""
        letters, pad = self._letters, max(2, self._letters.size // 4)
        score = f"{percent} %"
        score_width = letters.width(score, _PLAIN)
        room = self._size_wh[0] * 2 // 3 - score_width - 4 * pad
        text = letters.cut(one_line(name), max(room, letters.size * 2), _BOLD)
        text_width = letters.width(text, _BOLD)
        size = letters.line_height + pad, text_width + score_width + 4 * pad, 3
        plate = np.full(size, colour, np.uint8)
        letters.write(plate, text, (pad, pad // 2), INK, _BOLD)
        letters.write(plate, score, (text_width + 3 * pad, pad // 2), INK, _PLAIN)
        return plate


def _area(thing: Thing) -> float:
    left, top, right, bottom = thing.box_xyxy
    return (right - left) * (bottom - top)


def _importance(thing: Thing) -> tuple[bool, bool, float]:
    return thing.name is None, thing.kind != "person", -thing.score


def _shared(a: Rect, b: Rect) -> int:
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
