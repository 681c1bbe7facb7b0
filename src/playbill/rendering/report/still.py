"""A still image with its boxes, and the list of what they hold."""

from playbill.core.metadata import Box, Thing
from playbill.rendering.colours import hex_colour, thing_colour
from playbill.rendering.drawing import label_of
from playbill.rendering.report.markup import TIMES, counted, data_uri, name, percent, perhaps, text
from playbill.rendering.thumbnails import Thumbnail

_LONGEST_LABEL = 32


def still_section(
    things: tuple[Thing, ...], size_wh: tuple[int, int], picture: Thumbnail | None
) -> str:
    """The picture in place of a time line; boxes and list light up together."""
    ordered = sorted(enumerate(things), key=lambda entry: _area(entry[1].box_xyxy), reverse=True)
    boxes = "".join(_box(number, thing, size_wh) for number, thing in ordered)
    items = "".join(_item(number, thing) for number, thing in _by_kind(things))
    width, height = size_wh
    image = ""
    if picture:
        image = f'<image href="{data_uri(picture.jpeg)}" width="{width}" height="{height}"/>'
    found = counted(len(things), "person or thing", "people and things")
    return (
        f"<section class=still><figure><svg viewBox='0 0 {width} {height}' role=img "
        f'aria-label="The picture with a box around {found}">'
        f"{image}{boxes}</svg></figure>"
        f"<div><h2>In the picture <small>{len(things) or ''}</small></h2>"
        + (f"<ul class=things>{items}</ul>" if things else "<p class=none>Nobody and nothing.</p>")
        + "</div></section>"
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _by_kind(things: tuple[Thing, ...]) -> list[tuple[int, Thing]]:
    """People with a name, people without one, objects; the surest first."""
    return sorted(
        enumerate(things),
        key=lambda entry: (
            entry[1].name is None,
            entry[1].kind != "person",
            -label_of(entry[1])[1],
        ),
    )


def _box(number: int, thing: Thing, size_wh: tuple[int, int]) -> str:
    label, _ = label_of(thing)
    shown = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
    left, top, right, _ = thing.box_xyxy
    letter = max(size_wh) / 64
    at_right = left > size_wh[0] * 0.7
    x = min(right, size_wh[0]) if at_right else max(left, 0)
    y = top - letter * 0.4 if top > letter * 1.5 else max(top, 0) + letter * 1.1
    face = _rect(thing.face.box_xyxy, "face") if thing.face else ""
    return (
        f'<g class=thing data-of="{number}" data-name="{text(label)}" '
        f'style="--colour:{hex_colour(thing_colour(thing))}"><title>{text(label)}</title>'
        f'{_rect(thing.box_xyxy, "body")}{face}<text x="{x:.1f}" y="{y:.1f}" '
        f'font-size="{letter:.1f}" text-anchor="{"end" if at_right else "start"}">'
        f"{text(shown)}</text></g>"
    )


def _rect(box: Box, role: str) -> str:
    left, top, right, bottom = box
    return (
        f'<rect class="{role}" x="{left:.1f}" y="{top:.1f}" '
        f'width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
    )


def _item(number: int, thing: Thing) -> str:
    label, score = label_of(thing)
    left, top, right, bottom = (round(edge) for edge in thing.box_xyxy)
    place = f"{right - left} {TIMES} {bottom - top} at {left}, {top}"
    return (
        f'<li class=row data-name="{text(label)}" '
        f'style="--colour:{hex_colour(thing_colour(thing))}">'
        f'<button type=button class=thing data-of="{number}" aria-pressed=false>'
        f"<span class=swatch></span><strong>{name(label)}</strong>"
        f"<span class=number>{percent(score)}</span><small>{place}</small></button>"
        f"{perhaps(thing.match.candidates if thing.match else ())}</li>"
    )
