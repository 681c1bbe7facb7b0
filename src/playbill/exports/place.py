"""Where the media lie that an export speaks of."""

from dataclasses import dataclass
from urllib.parse import quote

from playbill.core.media import MediaInfo

NOWHERE = "https://playbill.invalid/"
"""The base of addresses where nobody gave one: a name that never leads anywhere (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The address that media lie under, or of the one medium itself."""

    base_url: str = ""
    """Ends with `/`; empty: beside the export."""
    file_url: str = ""
    """Of the medium, where it is not its name below `base_url`."""

    @property
    def somewhere(self) -> "Place":
        """The same for formats whose addresses must be whole."""
        return Place(self.base_url or NOWHERE, self.file_url)

    def of(self, media: MediaInfo) -> str:
        """The address of a medium."""
        return self.file_url or self.base_url + quote(media.name)
