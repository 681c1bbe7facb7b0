"""`playbill dataset`: training data in and out."""
