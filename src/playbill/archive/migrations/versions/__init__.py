"""The revisions, each from the one before; what is released is never changed."""
