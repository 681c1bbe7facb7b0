"""Who is one with whom, after merges that may be undone in any order."""

from collections.abc import Iterable


def survivors(merges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of everybody that was merged away, who they are now; the others are themselves.

    Merges are (who, into whom) in the order of their making. Each makes all that is one with the
    first part of what the second is part of; one whose two are one already changes nothing, which
    is how circles never close.

    >>> survivors([("ann", "anna"), ("anna", "annie")])
    {'ann': 'annie', 'anna': 'annie'}
    >>> survivors([("ann", "anna"), ("anna", "ann")])
    {'ann': 'anna'}
    """
    into: dict[str, str] = {}
    for who, whom in merges:
        first, second = _root(into, who), _root(into, whom)
        if first != second:
            into[first] = second
    return {who: _root(into, who) for who in into}


def _root(into: dict[str, str], who: str) -> str:
    root = who
    while root in into:
        root = into[root]
    while who != root:
        into[who], who = root, into[who]
    return root
