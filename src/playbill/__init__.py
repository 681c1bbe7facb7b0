"""Who and what appears when and where: metadata for picture and video archives.

>>> import playbill
>>> analysis = playbill.analyze("news.mp4", gallery="cast.npz")  # doctest: +SKIP
>>> analysis.names()  # doctest: +SKIP
['Ada Lovelace']
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playbill.api import analyze, enrol, export
    from playbill.archive.document import to_document, write_document
    from playbill.archive.reading import read_document
    from playbill.core.analysis import Analysis
    from playbill.core.appearances import Appearance
    from playbill.errors import PlaybillError
    from playbill.pipeline.settings import AnalysisSettings

_HOMES = MappingProxyType(
    {
        "Analysis": "playbill.core.analysis",
        "AnalysisSettings": "playbill.pipeline.settings",
        "Appearance": "playbill.core.appearances",
        "PlaybillError": "playbill.errors",
        "analyze": "playbill.api",
        "enrol": "playbill.api",
        "export": "playbill.api",
        "read_document": "playbill.archive.reading",
        "to_document": "playbill.archive.document",
        "write_document": "playbill.archive.document",
    }
)

__all__ = [
    "Analysis",
    "AnalysisSettings",
    "Appearance",
    "PlaybillError",
    "analyze",
    "enrol",
    "export",
    "read_document",
    "to_document",
    "write_document",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, so that `import playbill.core` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'playbill' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
