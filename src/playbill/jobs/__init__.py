"""Work on the archive: workers that take segments of media, one lease at a time."""
