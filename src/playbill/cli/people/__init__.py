"""`playbill people`: who is known, who is who, and what was decided about it."""
