"""From frames to appearances; the rule is the archive's as well and lies in `core/joining.py`."""

from playbill.core.joining import find_appearances

__all__ = ["find_appearances"]
