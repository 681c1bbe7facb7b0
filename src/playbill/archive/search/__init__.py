"""Finding again what was found: by person, object, both together, text, or an example face."""

from playbill.archive.search.query import MediaRef, Moment, Query, Seen, Thumbnail, object_class

__all__ = ["MediaRef", "Moment", "Query", "Seen", "Thumbnail", "object_class"]
