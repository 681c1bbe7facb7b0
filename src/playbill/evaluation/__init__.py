"""How good networks and galleries are, on pictures whose truth is known."""
