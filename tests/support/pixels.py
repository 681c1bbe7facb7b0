"""Boxes on a coarse integer grid, judged by counting pixels: no code is shared with `core.boxes`.

A grid of 7 x 7 is small enough that equal, touching, nested and empty boxes all come up.
"""

from hypothesis import strategies as st

SIDE = 7
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


@st.composite
def grid_boxes(draw: st.DrawFn) -> Box:
    left, right = sorted(draw(st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))))
    top, bottom = sorted(draw(st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))))
    return left, top, right, bottom


def pixels(box: Box) -> set[tuple[int, int]]:
    """Every pixel inside a half-open box."""
    left, top, right, bottom = box
    return {(x, y) for x in range(left, right) for y in range(top, bottom)}


def overlap_by_counting(a: Box, b: Box, over: str) -> float:
    shared, either = len(pixels(a) & pixels(b)), len(pixels(a) | pixels(b))
    whole = either if over == "union" else min(len(pixels(a)), len(pixels(b)))
    return shared / whole if whole else 0.0


def nms_by_counting(
    boxes: list[Box], scores: list[float], max_overlap: float, over: str = "union"
) -> list[int]:
    """Walk from the best score to the worst, keeping what no kept box covers too much."""
    kept: list[int] = []
    for score in sorted(set(scores), reverse=True):
        for row, (box, its_score) in enumerate(zip(boxes, scores, strict=True)):
            if its_score != score:
                continue
            if all(overlap_by_counting(boxes[k], box, over) <= max_overlap for k in kept):
                kept.append(row)
    return kept
