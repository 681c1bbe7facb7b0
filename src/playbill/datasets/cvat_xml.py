"""CVAT's XML from the disk, one picture or track at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from playbill.datasets.numbers import whole_of
from playbill.datasets.reading import unreadable
from playbill.errors import DatasetError


@dataclass(frozen=True, slots=True)
class CvatMeta:
    """What `<meta>` says of the task, project or job."""

    task: str = ""
    labels: tuple[str, ...] = ()
    label_xml: tuple[str, ...] = ()
    """For each label its element."""
    frames: int = 0
    """How many frames a video has; 0: not said."""
    frame_wh: tuple[int, int] | None = None
    """The size of a video's frames."""


def stream_elements(path: Path) -> Iterator[Element]:
    """Every child of `<annotations>`, whole, one after the other; each is emptied after its turn.

    Raises:
        DatasetError: the file cannot be read, is no well-formed XML, or is not CVAT's.
    """
    try:
        yield from _children(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except ParseError as error:
        raise DatasetError(f"{path}: not well-formed XML: {error}") from error
    except (DefusedXmlException, LookupError) as error:
        raise DatasetError(f"{path}: refused XML: {error}") from error


def _children(path: Path) -> Iterator[Element]:
    with path.open("rb") as file:
        events = iterparse(file, events=("start", "end"))
        root: Element = next(events)[1]
        if root.tag != "annotations":
            expected = "expected CVAT's <annotations>"
            raise DatasetError(f"{path}: the root is <{root.tag}>, {expected}")
        depth = 1
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                yield element
                root.clear()


def read_meta(element: Element) -> CvatMeta:
    """Read `<meta>`; of a project, a task or a job."""
    labels = [label for label in element.iterfind("*/labels/label") if label.findtext("name")]
    owner = next((e for e in element if e.tag in {"task", "project", "job"}), Element("task"))
    return CvatMeta(
        task=(owner.findtext("name") or "").strip(),
        labels=tuple((label.findtext("name") or "").strip() for label in labels),
        label_xml=tuple(map(_without_indent, labels)),
        frames=_whole(owner.findtext("size")),
        frame_wh=_size(owner),
    )


def _without_indent(label: Element) -> str:
    for element in label.iter():
        element.text = element.text if (element.text or "").strip() else None
        element.tail = None
    return tostring(label, encoding="unicode")


def _size(owner: Element) -> tuple[int, int] | None:
    width = _whole(owner.findtext("original_size/width"))
    height = _whole(owner.findtext("original_size/height"))
    return (width, height) if width and height else None


def _whole(text: str | None) -> int:
    return whole_of(text) or 0
