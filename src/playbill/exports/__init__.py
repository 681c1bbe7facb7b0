"""What an archive knows, in the formats of editors, annotators and other archives."""
