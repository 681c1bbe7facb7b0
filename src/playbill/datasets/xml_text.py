"""Text that XML can hold."""

import re

from playbill.errors import DatasetError

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """`text`, which XML 1.0 can hold (section 2.2: no control characters).

    Raises:
        DatasetError: it cannot.
    """
    found = _FORBIDDEN.search(text)
    if found:
        raise DatasetError(
            f"{text!r}: has the character {found[0]!r}, which XML cannot hold: expected plain text"
        )
    return text


def xml_safe(text: str) -> str:
    """`text` with U+FFFD in the place of what XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
