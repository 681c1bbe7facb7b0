"""What may have gone wrong with an archive, one kind of damage per file."""
