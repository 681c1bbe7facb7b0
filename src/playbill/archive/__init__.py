"""What is kept: the JSON document."""
