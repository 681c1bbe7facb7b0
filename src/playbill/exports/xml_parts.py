"""XML built up element by element, from text that XML can hold."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from playbill.datasets.xml_text import xml_safe


def add(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    """Append an element with text and attributes."""
    element = SubElement(parent, tag, {key: safe(value) for key, value in attributes.items()})
    if text is not None:
        element.text = safe(text)
    return element


def safe(value: object) -> str:
    """Text with U+FFFD for what XML cannot hold; `TRUE` and `FALSE` for booleans."""
    return str(value).upper() if isinstance(value, bool) else xml_safe(str(value))


def document(root: Element, doctype: str = "") -> str:
    """The whole file, indented, with its XML declaration."""
    indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' + (f"{doctype}\n" if doctype else "")
    return head + tostring(root, encoding="unicode") + "\n"
