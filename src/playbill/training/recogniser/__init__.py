"""A gallery trained, measured on what was held out, and written. Does without torch."""
