"""Names of people as they are kept."""

import unicodedata

from playbill.errors import BadName

MAX_NAME_LENGTH = 1000


def clean_name(name: str) -> str:
    """The name as it is kept: NFC, runs of white space one space, none at the ends.

    Raises:
        BadName: it is blank, too long, not Unicode text or has control characters.
    """
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean:
        raise BadName(f"the name {name!r} is blank, expected the name of a person")
    if len(clean) > MAX_NAME_LENGTH:
        raise BadName(
            f"the name {clean[:20]!r}... has {len(clean)} characters, "
            f"expected at most {MAX_NAME_LENGTH}"
        )
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise BadName(
            f"the name {clean!r} has control characters or undecodable bytes, "
            "expected characters that can be read"
        )
    return clean
