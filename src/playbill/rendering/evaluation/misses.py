"""Pictures with what is wrong in them drawn in."""

from collections.abc import Sequence

from playbill.evaluation.objects.misses import Miss, MissedPicture
from playbill.rendering.evaluation.crops import whole_picture
from playbill.rendering.report.markup import counted, data_uri, name, percent, text

_LABELS = 8
"""Of the worst misses of a picture that are written in; boxes are drawn for all."""
_KEY = (
    ("missed", "not found"),
    ("false", "found where nothing fits"),
    ("confused", "taken for something else"),
)


def missed_pictures(pictures: Sequence[MissedPicture]) -> str:
    """Pictures with boxes; nothing where nothing was missed."""
    figures = "".join(_figure(picture) for picture in pictures)
    if not figures:
        return ""
    key = "".join(f"<span><i class={kind}></i>{words}</span>" for kind, words in _KEY)
    return f"<p class=key>{key}</p><div class=pictures>{figures}</div>"


def _figure(picture: MissedPicture) -> str:
    """A figure; one that cannot be read any more is left out."""
    read = whole_picture(picture.path)
    if read is None:
        return ""
    small, (width, height) = read
    letters = width / 32
    worst = sorted(picture.misses, key=_weight, reverse=True)
    boxes = "".join(
        _box(miss, letters, written=number < _LABELS)
        for number, miss in reversed(list(enumerate(worst)))
    )
    counts = [(sum(m.kind == kind for m in picture.misses), words) for kind, words in _KEY]
    said = ", ".join(f"{count} {words}" for count, words in counts if count)
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" role=img aria-label="{text(said)}">'
        f'<image href="{data_uri(small.jpeg)}" width="{width}" height="{height}"/>{boxes}</svg>'
        f"<figcaption>{name(picture.name)}: of {counted(picture.objects, 'object', 'objects')} "
        f"{text(said)}</figcaption></figure>"
    )


def _weight(miss: Miss) -> tuple[bool, float]:
    """Sure mistakes first, then the largest objects that were not found."""
    left, top, right, bottom = miss.box_xyxy
    return miss.score is not None, miss.score or (right - left) * (bottom - top)


def _box(miss: Miss, letters: float, *, written: bool) -> str:
    left, top, right, bottom = miss.box_xyxy
    said = _words(miss)
    label = (
        f'<text x="{left + letters * 0.15:.1f}" y="{max(top, 0) + letters * 1.05:.1f}" '
        f'font-size="{letters:.1f}">{text(said)}</text>'
        if written
        else ""
    )
    return (
        f"<g class={miss.kind}><title>{text(said)}</title>"
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        f'height="{bottom - top:.1f}"/>{label}</g>'
    )


def _words(miss: Miss) -> str:
    if miss.score is None:
        return miss.label
    taken_for = f" as {miss.taken_for}" if miss.taken_for else ""
    return f"{miss.label}{taken_for} {percent(miss.score)}"
