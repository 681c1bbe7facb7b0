"""Networks made from data: the only place with torch."""
