"""Finding again what was found: by person, object, both together, text, or an example face."""

from playbill.archive.search.boxes import DocumentBoxes
from playbill.archive.search.examples import FaceIndex, spaces
from playbill.archive.search.liking import MIN_LIKENESS, Examples, search_like
from playbill.archive.search.naming import named_person
from playbill.archive.search.query import MediaRef, Moment, Query, Seen, Thumbnail, object_class
from playbill.archive.search.searching import search

__all__ = [
    "MIN_LIKENESS",
    "DocumentBoxes",
    "Examples",
    "FaceIndex",
    "MediaRef",
    "Moment",
    "Query",
    "Seen",
    "Thumbnail",
    "named_person",
    "object_class",
    "search",
    "search_like",
    "spaces",
]
