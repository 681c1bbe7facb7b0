"""`playbill archive`: what is kept, found again and corrected."""
