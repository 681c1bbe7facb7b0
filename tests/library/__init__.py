"""What archive and networks do together."""
