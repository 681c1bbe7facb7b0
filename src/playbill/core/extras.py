"""Parts of Playbill that need an extra: imported when they are needed."""

from importlib import import_module
from types import ModuleType

from playbill.errors import ExtraMissing


def from_extra(module: str, extra: str) -> ModuleType:
    """Import `module`, which needs the extra of that name.

    Raises:
        ExtraMissing: something it needs is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("playbill"):
            raise
        raise ExtraMissing(
            f"{error.name} is not installed, which this needs: pip install 'playbill[{extra}]'"
        ) from error
