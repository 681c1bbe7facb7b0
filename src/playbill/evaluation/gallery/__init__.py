"""A saved gallery on a folder of pictures per person."""
