"""`playbill train`: networks and galleries from data."""
