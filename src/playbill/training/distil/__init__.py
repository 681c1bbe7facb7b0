"""A small network learns what a large one says of faces."""
