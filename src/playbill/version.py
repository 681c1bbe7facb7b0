"""The version of Playbill, written here and nowhere else; the build reads it too."""

__version__ = "0.1.0"
