"""Which format an HTTP `Accept` header asks for (RFC 9110, section 12.5.1)."""

from playbill.exports.formats import FORMATS


def accepted_format(header: str) -> str | None:
    """The name of the format that is liked best; of several with one media type, the first.

    Parameters other than `q` and `profile` do not count. `*/*` and no header at all mean the JSON.

    >>> accepted_format("text/html, text/csv;q=0.9, application/json;q=0.5")
    'csv'
    >>> accepted_format("text/html") is None
    True
    """
    wishes = [_parsed(part) for part in _parts(header) if part.strip()] or [("*/*", 1.0)]
    refused = {wanted for wanted, quality in wishes if not quality > 0}
    for wanted, _ in sorted(wishes, key=lambda wish: -wish[1]):
        for name, format_ in FORMATS.items():
            media_type = _parsed(format_.media_type)[0]
            if wanted not in refused and _means(wanted, media_type) and media_type not in refused:
                return name
    return None


def _parsed(part: str) -> tuple[str, float]:
    """The media type with its profile, and its quality."""
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for key, _, value in (parameter.partition("=") for parameter in parameters):
        match key.strip().lower():
            case "q":
                quality = _number(value)
            case "profile":
                return f"{media_type.lower()};profile={value.strip().strip(chr(34))}", quality
    return media_type.lower(), quality


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _means(wanted: str, media_type: str) -> bool:
    kind, _, rest = wanted.partition("/")
    if rest == "*":
        return kind == "*" or media_type.startswith(f"{kind}/")
    return wanted in {media_type, media_type.partition(";")[0]}


def _parts(header: str) -> list[str]:
    """Split at commas that are not within quotes."""
    parts, quoted = [""], False
    for sign in header:
        quoted ^= sign == '"'
        if sign == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
