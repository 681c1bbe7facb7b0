"""Where the stages meet: from a file to its metadata."""
