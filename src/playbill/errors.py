"""Everything Playbill can say no to.

PlaybillError
├── MediaError          a picture or video cannot be read, or is more than the limits admit
├── ModelError          a network cannot be used
│   ├── ModelNotFound       no file, or no card, of that name
│   ├── ModelAltered        the bytes are not those that the card vouches for
│   └── RuntimeMissing      the asked-for runtime or device is not on this machine
├── GalleryError        a gallery or the pictures for one cannot be used
│   └── BadName             a person cannot be called that; an ArchiveError as well
├── DatasetError        training data cannot be read, or cannot be used as it is
├── TrainingError       a training cannot start or cannot go on
├── ExtraMissing        an optional part of Playbill is not installed
├── DocumentError       a file is not a valid `playbill/1` document
├── ArchiveError        the archive cannot be used as asked
│   ├── NotInArchive        nothing of that id is there
│   ├── Conflict            it was changed meanwhile, or contradicts what is there
│   └── ArchiveUnavailable  the data base does not answer
├── ExportError         a result cannot be had in the asked-for format
└── OutputError         a result cannot be written

Each message is one sentence: what, where, found, expected. A caller's own bug stays `ValueError`.
"""


class PlaybillError(Exception):
    """The root: catch this to catch all of Playbill's own refusals."""


class MediaError(PlaybillError):
    """A picture or video cannot be read, or is more than the limits admit."""


class ModelError(PlaybillError):
    """A network cannot be used."""


class ModelNotFound(ModelError):
    """No model file, or no card, of that name."""


class ModelAltered(ModelError):
    """A model's bytes are not those that its card vouches for."""


class RuntimeMissing(ModelError):
    """The asked-for inference runtime or device is not on this machine."""


class GalleryError(PlaybillError):
    """A gallery, or the pictures for one, cannot be used."""


class DatasetError(PlaybillError):
    """Training data cannot be read, or cannot be used as it is."""


class TrainingError(PlaybillError):
    """A training cannot start or cannot go on."""


class ExtraMissing(PlaybillError):
    """An optional part of Playbill is not installed."""


class DocumentError(PlaybillError):
    """A file is not a valid `playbill/1` document."""


class ArchiveError(PlaybillError):
    """The archive cannot be used as asked."""


class BadName(GalleryError, ArchiveError):
    """A person cannot be called that, in a gallery or in the archive."""


class NotInArchive(ArchiveError):
    """Nothing of that id is in the archive."""


class Conflict(ArchiveError):
    """It was changed meanwhile, or contradicts what is there."""


class ArchiveUnavailable(ArchiveError):
    """The data base is away or locked for too long; nothing was changed."""


class OutputError(PlaybillError):
    """A result cannot be written where it was asked for."""


class ExportError(PlaybillError):
    """A result cannot be had in the format it was asked for in."""
